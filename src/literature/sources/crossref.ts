/** Crossref's REST API: `works/{doi}`, and works by what a reference says of them. */
import { fieldsIn, jsonObject } from '../json.ts';
import { type LiteratureSource, MOST_READ, Unreadable } from '../source.ts';
import { cslWork } from './csl-work.ts';
import { doiPath } from './doi.ts';

/** Without it each work brings the list of all that it cites. */
const FIELDS = [
  'DOI,title,subtitle,author,editor,issued,published,published-print,published-online,posted,container-title',
  'volume,issue,page,publisher,type,abstract,updated-by',
].join(',');

export const crossref: LiteratureSource = {
  name: 'crossref',
  address: 'https://api.crossref.org',
  // Three lists a second to whoever gives an address; its headers say what holds at present.
  pauseMs: 400,
  accept: 'application/json',
  identify: ({ contact }) => ({ query: { mailto: contact } }),
  byDoi: (doi) => ({ path: `v1/works/${doiPath(doi).replaceAll('/', '%2F')}` }),
  byTitle: ({ title, family }) => ({
    path: 'v1/works',
    query: { 'query.bibliographic': `${title} ${family}`.trim().slice(0, 400), rows: '5', select: FIELDS },
  }),
  bySearch: (words, most) => ({
    path: 'v1/works',
    query: { 'query.bibliographic': words, rows: String(most), select: FIELDS },
  }),
  read(body) {
    const answer = jsonObject(body);
    const message = fieldsIn(answer.message);
    const works = answer['message-type'] === 'work' ? [message] : message.items;
    if (!Array.isArray(works)) throw new Unreadable('the answer lists no works');
    return works.slice(0, MOST_READ).flatMap((work) => cslWork('crossref', fieldsIn(work)) ?? []);
  },
};
