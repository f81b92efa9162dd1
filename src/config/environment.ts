/** The environment as it is given: the process's own, over the lines of a `.env` file. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { codeOf } from '../system-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A wrong or missing variable. The message is one sentence that names it, never its value: it may be a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * The process's environment over the lines of a `.env` file, where there is one. A variable that is set, even
 * to nothing, wins over the file.
 */
export function withEnvFile(env: Environment, file: string): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return env;
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
  return { ...parseEnv(text), ...env };
}
