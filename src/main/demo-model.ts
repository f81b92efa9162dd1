/**
 * The demo model's process: a scripted OpenAI-compatible server (F18). The port comes from the first argument or
 * DEMO_MODEL_PORT (0 or nothing: a free one), the address to listen at from DEMO_MODEL_HOST (127.0.0.1: it asks
 * nobody who they are), the pace from DEMO_MODEL_MS_PER_TOKEN. Prints one JSON line, `{"port":…,"url":…}`, when it
 * listens.
 */
import { z } from 'zod';
import { readCommandLine } from '../cli/command-line.ts';
import { demoScript } from '../demo-model/demo-script.ts';
import { startScriptedModel } from '../demo-model/server.ts';

const { words } = readCommandLine({ words: 'a port', mostWords: 1 });
const settings = z
  .object({
    port: z.coerce.number().int().min(0).max(65_535),
    host: z.string().min(1),
    msPerToken: z.coerce.number().min(0).max(10_000),
  })
  .safeParse({
    port: words[0] ?? process.env.DEMO_MODEL_PORT ?? 0,
    host: process.env.DEMO_MODEL_HOST || '127.0.0.1',
    msPerToken: process.env.DEMO_MODEL_MS_PER_TOKEN ?? 12,
  });
if (!settings.success) {
  const names = settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  console.error(
    `demo model: DEMO_MODEL_PORT (or the first argument) and DEMO_MODEL_MS_PER_TOKEN: ${names.join('; ')}`,
  );
  process.exit(1);
}

const { port, host, msPerToken } = settings.data;
// The requests are people's conversations: none is kept.
const model = await startScriptedModel({ script: demoScript({ msPerToken }), port, host, keep: 0 });
console.log(JSON.stringify({ port: model.port, url: model.url }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void model.close().then(() => process.exit(0));
  });
}
