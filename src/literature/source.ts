/** What a source of literature is: how it is asked, and how its answers are read. */
import type { FoundWork } from '../domain/references/found-work.ts';
import type { Source } from '../domain/references/sources.ts';

/** Works of an answer that are read: more than is ever asked for. */
export const MOST_READ = 60;

export interface Ask {
  /** Below the source's address, with what is not to be encoded already encoded. */
  path: string;
  query?: Record<string, string>;
}

export interface TitleAsked {
  title: string;
  /** The first author's family name; empty where there is none. */
  family: string;
}

export interface LiteratureSource {
  name: Source;
  address: string;
  /** Milliseconds from the end of a request to the next, as its rules ask; its answers' headers may ask for more. */
  pauseMs: number;
  accept: string;
  /** Where whoever asks is named, and the key where there is one. */
  identify(of: { contact: string; key: string | undefined }): {
    query?: Record<string, string>;
    headers?: Record<string, string>;
  };
  byDoi?(doi: string): Ask;
  byTitle?(of: TitleAsked): Ask;
  bySearch?(words: string, most: number): Ask;
  /** @throws Unreadable where the text has not the shape of its answers */
  read(body: string): FoundWork[];
}

/** The answer is none of this source: a page of a captive portal, an error that calls itself a success. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}
