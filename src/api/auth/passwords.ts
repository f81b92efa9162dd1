/** Passwords: argon2id with 19 MiB, t=2, p=1 (A1); all other parameters are in the hash itself. */
import { hash, verify } from '@node-rs/argon2';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** False for an account without a password, or none at all (`null`), after the same time as a wrong one. */
  matches(stored: string | null, password: string): Promise<boolean>;
}

export async function createPasswords(): Promise<Passwords> {
  const nobodys = await hash('the password of nobody', PARAMETERS);
  return {
    hash: (password) => hash(password, PARAMETERS),
    async matches(stored, password) {
      const same = await verify(stored ?? nobodys, password);
      return stored !== null && same;
    },
  };
}
