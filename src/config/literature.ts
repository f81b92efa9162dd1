/** Whether works may be looked up on the internet, and from whom (O6). */
import { z } from 'zod';
import { SOURCES, type Source } from '../domain/references/sources.ts';
import { ConfigError } from './environment.ts';
import { onOff, word } from './values.ts';

const EXAMPLE = 'crossref=https://mirror.example.org, arxiv=off';

/** By source: an address in place of its own, or null where it is not to be asked. */
const sourceAddresses = z.string().transform((text, context) => {
  const given: Partial<Record<Source, URL | null>> = {};
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry === '') continue;
    const [, name = '', value = ''] = /^(\w+)\s*=\s*(\S+)$/.exec(entry) ?? [];
    const source = SOURCES.find((one) => one === name);
    const url = URL.parse(value);
    const isAddress =
      url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '';
    if (source === undefined || (value !== 'off' && !isAddress)) {
      const message = `must name sources (${SOURCES.join(', ')}) with an address or off, such as "${EXAMPLE}"`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    given[source] = value === 'off' ? null : url;
  }
  return given;
});

export const literatureVariables = {
  LITERATURE: onOff.default('off'),
  LITERATURE_CONTACT: z.email('must be a mail address such as library@example.org').max(200).optional(),
  LITERATURE_HOSTS: sourceAddresses.default(() => ({})),
  OPENALEX_API_KEY: word.optional(),
  SEMANTIC_SCHOLAR_API_KEY: word.optional(),
};

type Variables = z.infer<z.ZodObject<typeof literatureVariables>>;

/** How works are looked up. */
export interface LiteratureAccess {
  /** The mail address that the sources are told, so that they can reach whoever asks too much. */
  readonly contact: string;
  /** Addresses in place of the sources' own; null: that one is not asked. */
  readonly hosts: Readonly<Partial<Record<Source, URL | null>>>;
  readonly keys: Readonly<Partial<Record<Source, string>>>;
}

export interface LiteratureSettings {
  /** Undefined: nothing is looked up. */
  readonly literature: LiteratureAccess | undefined;
}

/** @throws ConfigError where works are to be looked up and nobody is named who could be written to */
export function readLiterature(v: Variables): LiteratureSettings {
  if (v.LITERATURE === 'off') return { literature: undefined };
  if (v.LITERATURE_CONTACT === undefined)
    throw new ConfigError('LITERATURE_CONTACT must be set to a mail address when LITERATURE is on');
  const keys = {
    ...(v.OPENALEX_API_KEY === undefined ? {} : { openalex: v.OPENALEX_API_KEY }),
    ...(v.SEMANTIC_SCHOLAR_API_KEY === undefined ? {} : { semantic_scholar: v.SEMANTIC_SCHOLAR_API_KEY }),
  };
  const access = {
    contact: v.LITERATURE_CONTACT,
    hosts: Object.freeze(v.LITERATURE_HOSTS),
    keys: Object.freeze(keys),
  };
  return { literature: Object.freeze(access) };
}
