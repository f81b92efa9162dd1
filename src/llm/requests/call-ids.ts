/** Ids of tool calls towards a model (M3): made from ours, the same each time, unique in a conversation. */
import { createHash } from 'node:crypto';

const LENGTH = 9;
const DIGITS = 36;

/** Gives each of our ids its own in the given form; `name` is the called tool's. */
export function createCallIds(form: 'nine' | 'functions'): (id: string, name: string) => string {
  const given = new Map<string, string>();
  const used = new Set<string>();
  return (id, name) => {
    const known = given.get(id);
    if (known !== undefined) return known;
    let made = form === 'functions' ? `functions.${name}:${given.size}` : nine(id);
    // Of a million calls, one meets another's: its hash is then taken further.
    for (let again = 1; used.has(made); again += 1) made = nine(`${id} ${again}`);
    given.set(id, made);
    used.add(made);
    return made;
  };
}

/** Nine lower-case letters and digits. */
function nine(text: string): string {
  const hash = createHash('sha1').update(text).digest();
  let id = '';
  for (let at = 0; at < LENGTH; at += 1) id += ((hash[at] ?? 0) % DIGITS).toString(DIGITS);
  return id;
}
