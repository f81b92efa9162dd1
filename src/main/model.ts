/**
 * `npm run model -- check [--base-url URL --model NAME --key-from-env VARIABLE] [--record FILE]`: tries what the agents
 * live by with a model, by default the server's own, and says what works. Exits with 0 where nothing fails.
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { serverEndpoint } from '../config/model.ts';
import type { CheckReport } from '../llm/check/check.ts';
import { checkModel } from '../llm/check/check-model.ts';
import { createWireRecorder } from '../llm/check/wire-shape.ts';
import { openModelConnection } from '../llm/connection.ts';
import { ModelError } from '../llm/errors.ts';
import { windowOf } from '../llm/own-model.ts';
import type { ModelEndpoint } from '../llm/types.ts';
import { CHECKOUT } from '../setup/checkout.ts';

/** A slow model of one's own is waited for. */
const LIMITS = { timeoutMs: 600_000, firstTokenMs: 300_000 };

async function main(): Promise<number> {
  const { endpoint, record } = readArguments();
  const file = record === undefined ? undefined : createWriteStream(record);
  const connection = {
    ...openModelConnection(),
    ...(file === undefined ? {} : { onWire: createWireRecorder((line) => file.write(`${line}\n`)) }),
  };
  console.log(`${endpoint.model} at ${endpoint.baseUrl}`);
  try {
    const report = await checkModel(endpoint, connection, LIMITS);
    console.log(tableOf(report));
    return report.items.some(({ outcome }) => outcome === 'fails') ? 1 : 0;
  } finally {
    connection.close();
    if (file !== undefined) {
      await new Promise<void>((resolve) => file.end(resolve));
      console.log(`\nThe wire's shape, without words or key, is in ${record}.`);
    }
  }
}

function readArguments(): { endpoint: ModelEndpoint; record: string | undefined } {
  const { values, words } = readCommandLine({
    options: {
      'base-url': { value: 'URL' },
      model: { value: 'NAME' },
      'key-from-env': { value: 'VARIABLE' },
      window: { value: 'TOKENS' },
      record: { value: 'FILE' },
    },
    words: 'check',
    mostWords: 1,
  });
  if (words[0] !== 'check') throw new ConfigError('say what to do with the model: npm run model -- check');
  const { 'base-url': baseUrl, model, 'key-from-env': variable, record } = values;
  const env = withEnvFile(process.env, join(CHECKOUT, '.env'));
  const key = variable === undefined ? '' : env[variable];
  if (key === undefined)
    throw new ConfigError(`${variable} is not set; --key-from-env names the variable that holds the key`);
  if (baseUrl === undefined && model === undefined) {
    const { model: server } = readConfig(env);
    if (server === undefined)
      throw new ConfigError(
        'there is no model to check: name one by --base-url and --model, or set OPENAI_BASE_URL and PAPERAGENT_MODEL',
      );
    return { endpoint: serverEndpoint(server), record };
  }
  if (baseUrl === undefined || model === undefined)
    throw new ConfigError(
      '--base-url and --model go together: an address, and what the model is called there',
    );
  const window = values.window === undefined ? undefined : Number(values.window);
  if (window !== undefined && (!Number.isInteger(window) || window < 1_024))
    throw new ConfigError('--window must be a number of tokens, 1024 at least');
  return { endpoint: { baseUrl, model, apiKey: key, ...windowOf(window) }, record };
}

const MARKS = { works: 'yes', differs: 'partly', fails: 'NO', untried: '?' } as const;

/** A line for each thing that was tried; below, what was learned. */
function tableOf({ items, latencyMs, learned }: CheckReport): string {
  const width = Math.max(...items.map(({ name }) => name.length));
  return [
    ...(latencyMs === undefined ? [] : [`first word after ${(latencyMs / 1000).toFixed(1)} s`]),
    ...items.map(
      ({ name, outcome, finding }) => `${name.padEnd(width)}  ${MARKS[outcome].padEnd(6)}  ${finding}`,
    ),
    ...(learned.length === 0
      ? []
      : ['', 'learned, and remembered by a running system when it learns it itself:']),
    ...learned.map(({ change, words }) => `  ${JSON.stringify(change)}  because: ${words}`),
  ].join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ModelError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
