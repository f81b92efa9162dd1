/** What an agent asks, put to the person at the terminal (H1). */
import { createInterface } from 'node:readline';
import type { Ask } from '../../domain/asks.ts';

/**
 * Asks on `output` until there is an answer; undefined where the question was answered elsewhere, or the input has
 * ended. A Ctrl-C there is one for the whole process.
 */
export async function askInTerminal(
  ask: Ask,
  over: AbortSignal,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<string | undefined> {
  if (over.aborted) return undefined;
  const lines = createInterface({ input, output, prompt: promptOf(ask), signal: over });
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.prompt();
  try {
    for await (const line of lines) {
      const answer = answerIn(line, ask);
      if (answer !== undefined) return answer;
      lines.prompt();
    }
    return undefined;
  } finally {
    lines.close();
  }
}

function promptOf({ options, default: fallback }: Ask): string {
  const number = options === undefined ? '' : `1 to ${options.length}, or your own words`;
  const enter = fallback === undefined ? '' : 'Enter for what it would choose';
  const help = [number, enter].filter(Boolean).join('; ');
  return help === '' ? 'your answer> ' : `your answer (${help})> `;
}

/** The answer that a line means: an option by its number, the default by an empty line; undefined where it means none. */
export function answerIn(line: string, { options = [], default: fallback }: Ask): string | undefined {
  const text = line.trim();
  if (text === '') return fallback;
  return (/^\d$/.test(text) ? options[Number(text) - 1] : undefined) ?? text;
}
