/** What a DOI stands for, by doi.org: content negotiation leads to the agency that keeps its record. */
import { jsonObject } from '../json.ts';
import { type LiteratureSource, Unreadable } from '../source.ts';
import { cslWork } from './csl-work.ts';

/** Where doi.org leads whoever asks for a record; any other address is a publisher's page. */
export const AGENCIES: ReadonlySet<string> = new Set([
  'data.crossref.org',
  'api.crossref.org',
  'data.crosscite.org',
  'data.datacite.org',
  'api.datacite.org',
  'data.medra.org',
  'api.medra.org',
]);

export const doi: LiteratureSource = {
  name: 'doi',
  address: 'https://doi.org',
  pauseMs: 200,
  accept: 'application/vnd.citationstyles.csl+json',
  identify: () => ({}),
  byDoi: (doi) => ({ path: doiPath(doi) }),
  read(body) {
    const work = cslWork('doi', jsonObject(body));
    if (work === undefined) throw new Unreadable('the record has no title');
    return [work];
  },
};

/** Each part encoded: a DOI may hold what ends a path. */
export function doiPath(doi: string): string {
  return doi.split('/').map(encodeURIComponent).join('/');
}
