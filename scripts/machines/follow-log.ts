/** What a start says, as it says it: which machine takes how long for what. */
import { existsSync, readFileSync } from 'node:fs';

const EVERY_MS = 2_000;

/**
 * Says each whole line that is added to the file, which need not be there yet and may be begun anew.
 * @returns what ends it, having said the last lines
 */
export function followLog(path: string, say: (line: string) => void): () => void {
  let said = 0;
  const look = () => {
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    // Begun anew by a second start.
    if (lines.length < said) said = 0;
    for (const line of lines.slice(said)) if (line.trim() !== '') say(line.trim());
    said = lines.length;
  };
  const watch = setInterval(look, EVERY_MS);
  return () => {
    clearInterval(watch);
    look();
  };
}
