/** The two programs that are called compose. */
import { spawnSync } from 'node:child_process';

/** How to start the one that is here; undefined: there is none. */
export function composeCommand(): string[] | undefined {
  const works = ([program = '', ...args]: string[]) => spawnSync(program, [...args, 'version']).status === 0;
  return [['docker', 'compose'], ['docker-compose']].find(works);
}
