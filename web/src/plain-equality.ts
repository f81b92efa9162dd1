/**
 * What stands in for `ohash` in the build (vite.config.ts): the components compare values of a choice and queries of
 * an address by it, which are strings here or small plain objects; its reader of every kind of object is code for
 * nothing.
 */

/** Whether both are the same, or plain objects and lists of the same. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) => Object.hasOwn(other, name) && isEqual(Reflect.get(one, name), Reflect.get(other, name)),
    )
  );
}

/** The names that the second has and the first lacks. */
export function diff(one: object, other: object): { type: 'added'; key: string }[] {
  const added = Object.keys(other).filter((key) => !Object.hasOwn(one, key));
  return added.map((key) => ({ type: 'added', key }));
}
