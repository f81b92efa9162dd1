/** A place for what stays open long, or the answer that there is none. */
import { ApiError } from '../api-error.ts';
import { NO_PLACE, type OpenStreams } from './places.ts';

/** What a client is told to wait: by then the connections of closed pages have ended. */
const RETRY_SECONDS = 5;

/** A place of the person and one of their network; gives what gives both back. @throws ApiError rate_limited */
export function takePlaces(streams: OpenStreams, person: string, network: string): () => void {
  return takeBoth(streams, 'ofPerson', person, network);
}

/** The same of who reads by a shared link. @throws ApiError rate_limited */
export function takeReaderPlaces(streams: OpenStreams, shareId: string, network: string): () => void {
  return takeBoth(streams, 'ofShare', shareId, network);
}

function takeBoth(
  streams: OpenStreams,
  kind: 'ofPerson' | 'ofShare',
  key: string,
  network: string,
): () => void {
  const leaveNetwork = streams.ofNetwork.take(network);
  if (leaveNetwork === undefined) throw noPlace(NO_PLACE.ofNetwork);
  const leave = streams[kind].take(key);
  if (leave === undefined) {
    leaveNetwork();
    throw noPlace(NO_PLACE[kind]);
  }
  return () => {
    leave();
    leaveNetwork();
  };
}

function noPlace(words: string): ApiError {
  return new ApiError('rate_limited', words, { retryAfter: RETRY_SECONDS });
}
