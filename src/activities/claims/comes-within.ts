/** Whether something came within so many milliseconds; it goes on where it did not. */
export async function comesWithin(awaited: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  return await Promise.race([awaited.then(() => true), promise]).finally(() => clearTimeout(timer));
}
