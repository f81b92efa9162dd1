/** The kinds of values that variables have, each with what is said of a wrong one. */
import { z } from 'zod';
import { readOwnPackages } from '../domain/own-packages.ts';
import { readAllowedHosts } from '../network/allowed-hosts.ts';

export const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

export const port = count(1, 65_535);

export const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be an address such as ${example}` });

export const word = z.string().min(1);

export const price = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number, such as 0.40')
  .transform(Number);

/** A list of hosts, as a question that a host and a port answer. */
export const hosts = z.string().transform((text, context) => {
  try {
    return readAllowedHosts(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `must be a list of hosts: ${(error as Error).message}` });
    return z.NEVER;
  }
});

/** Python packages, each with its version. */
export const ownPackages = z.string().transform((text, context) => {
  try {
    return readOwnPackages(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

export const onOff = z.enum(['on', 'off'], 'must be on or off');

export const zeroOrOne = z.enum(['0', '1'], 'must be 0 or 1');

/** 32 bytes, written as 64 hexadecimal digits or as base64; `decodeKey` reads it. */
export const key = z.string().transform((text, context) => {
  if (decodeKey(text).length === 32) return text;
  context.addIssue({ code: 'custom', message: 'must be 32 bytes, as 64 hexadecimal digits or as base64' });
  return z.NEVER;
});

/** The bytes of a key. */
export function decodeKey(text: string): Buffer {
  return Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
}
