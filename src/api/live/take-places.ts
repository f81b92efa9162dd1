/** A place for what stays open long, or the answer that there is none. */
import { ApiError } from '../api-error.ts';
import { NO_PLACE, type OpenStreams } from './places.ts';

/** What a client is told to wait: by then the connections of closed pages have ended. */
const RETRY_SECONDS = 5;

/** A place of the person and one of their network; gives what gives both back. @throws ApiError rate_limited */
export function takePlaces(
  { ofPerson, ofNetwork }: OpenStreams,
  person: string,
  network: string,
): () => void {
  const leaveNetwork = ofNetwork.take(network);
  if (leaveNetwork === undefined) throw noPlace(NO_PLACE.ofNetwork);
  const leavePerson = ofPerson.take(person);
  if (leavePerson === undefined) {
    leaveNetwork();
    throw noPlace(NO_PLACE.ofPerson);
  }
  return () => {
    leavePerson();
    leaveNetwork();
  };
}

function noPlace(words: string): ApiError {
  return new ApiError('rate_limited', words, { retryAfter: RETRY_SECONDS });
}
