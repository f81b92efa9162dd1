/** The profile of a call: what the person set, before what was learned, before a probe, before the table (M19). */
import type { ModelEndpoint } from '../types.ts';
import { PLAIN, type Profile, type ProfileChange } from './profile.ts';
import { PROFILE_TABLE } from './table.ts';

/** Where a profile comes from: the names of the table's entries that apply, the last one first. */
export function profileNames({ baseUrl, model }: Pick<ModelEndpoint, 'baseUrl' | 'model'>): string[] {
  return [...new Set(entriesFor(baseUrl, model).map((entry) => entry.name))].reverse();
}

export function chooseProfile(
  endpoint: Pick<ModelEndpoint, 'baseUrl' | 'model' | 'profile'>,
  learned: ProfileChange = {},
): Profile {
  const changes = entriesFor(endpoint.baseUrl, endpoint.model).map((entry) => entry.change);
  return Object.assign({}, PLAIN, ...changes, learned, endpoint.profile);
}

function entriesFor(baseUrl: string, model: string) {
  const url = URL.parse(baseUrl);
  const host = url?.hostname ?? '';
  const path = url?.pathname ?? '';
  const names = namesOf(model);
  return PROFILE_TABLE.filter(
    (entry) =>
      (entry.host?.test(host) ?? true) &&
      (entry.path?.test(path) ?? true) &&
      (entry.model === undefined || names.some((name) => entry.model?.test(name))),
  );
}

/** `deepseek/deepseek-chat:free` is asked for by that name and by `deepseek-chat:free`. */
function namesOf(model: string): string[] {
  const whole = model.toLowerCase();
  return [whole, whole.slice(whole.lastIndexOf('/') + 1)];
}
