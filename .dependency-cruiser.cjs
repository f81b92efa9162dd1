/** The one direction in which imports point (README.md, "Where things are"). `npm run check` shows it. */

/** What each folder of src may import of ours, besides itself. `main` holds the entry points, which wire everything. */
const allowed = {
  domain: [],
  tracing: [],
  protocol: ['domain'],
  agents: ['domain'],
  workflows: ['domain'],
  os: [],
  bundle: [],
  process: ['db', 'tracing'],
  sandbox: ['domain', 'os', 'workspace'],
  'engine-proxy': ['sandbox'],
  network: [],
  secrets: [],
  metrics: ['network'],
  llm: ['domain', 'network', 'secrets'],
  threads: [],
  literature: ['domain', 'network', 'threads'],
  markdown: ['domain', 'threads'],
  workspace: ['domain', 'threads'],
  documents: ['domain', 'protocol', 'threads', 'workspace'],
  db: ['domain', 'threads'],
  'demo-model': [],
  exports: ['documents', 'domain', 'sandbox', 'threads', 'workspace'],
  room: ['domain', 'db', 'workspace'],
  versions: ['domain', 'db', 'room', 'workspace'],
  provenance: ['domain', 'db', 'markdown', 'recording', 'threads', 'workspace'],
  'paper-check': ['domain', 'exports', 'markdown', 'provenance', 'threads', 'workspace'],
  recording: ['domain', 'documents', 'sandbox', 'workspace'],
  verification: ['documents', 'domain', 'recording', 'sandbox', 'threads', 'workspace'],
  temporal: ['domain'],
  'tool-servers': ['domain', 'network', 'threads'],
  webhooks: ['db', 'domain', 'network', 'secrets'],
  jobs: ['domain', 'db', 'room', 'sandbox', 'temporal', 'versions', 'webhooks', 'workspace'],
  activities: [
    'domain',
    'agents',
    'db',
    'documents',
    'exports',
    'literature',
    'llm',
    'markdown',
    'network',
    'paper-check',
    'provenance',
    'recording',
    'room',
    'sandbox',
    'secrets',
    'threads',
    'tool-servers',
    'versions',
    'workspace',
    'tracing',
    'verification',
  ],
  api: [
    'domain',
    'protocol',
    'db',
    'documents',
    'exports',
    'markdown',
    'paper-check',
    'provenance',
    'room',
    'threads',
    'versions',
    'workspace',
    'llm',
    'network',
    'secrets',
    'metrics',
    'tracing',
    'temporal',
    'tool-servers',
    'webhooks',
  ],
  config: ['domain', 'protocol', 'db', 'llm', 'network', 'temporal'],
  setup: ['bundle', 'config', 'db', 'exports', 'network', 'os', 'sandbox', 'temporal'],
  supervisor: ['config', 'db', 'os', 'process', 'setup'],
  cli: ['config', 'db', 'domain', 'exports', 'protocol', 'os', 'process', 'setup', 'supervisor'],
  worker: [
    'exports',
    'domain',
    'activities',
    'db',
    'jobs',
    'literature',
    'llm',
    'metrics',
    'network',
    'paper-check',
    'provenance',
    'sandbox',
    'temporal',
    'threads',
    'tool-servers',
    'tracing',
    'webhooks',
    'workspace',
  ],
};

/** Single files that a folder may import although their folder is not allowed to it. */
const exceptions = {
  // What a server says of how long to wait.
  literature: ['^src/llm/waits\\.ts$'],
  // The contract: shapes and codes. The bundle holds no activity.
  workflows: ['^src/activities/types\\.ts$'],
  // How to address a Work's workflow.
  temporal: ['^src/workflows/messages\\.ts$'],
  setup: ['^src/workflows/messages\\.ts$'],
  worker: ['^src/workflows/messages\\.ts$'],
};

/** What an error's code is: everybody asks. */
const SYSTEM_ERROR = '^src/system-error\\.ts$';

const rules = Object.entries(allowed).map(([folder, targets]) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} imports ${targets.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/(${[folder, ...targets].join('|')})/`, SYSTEM_ERROR, ...(exceptions[folder] ?? [])],
  },
}));

/**
 * What each folder of src/activities may import of src/activities, besides itself: claims, what a model is told (context),
 * telling others (reporting), the tools. The files beside them are the activities, which put them together.
 */
const withinActivities = {
  claims: ['log\\.ts'],
  context: ['dependencies\\.ts', 'serving-models\\.ts', 'reporting/metrics\\.ts', 'tools/'],
  reporting: ['log\\.ts', 'serving-models\\.ts', 'claims/attempt-ended\\.ts'],
  tools: [],
  mending: [],
};

const activityRules = Object.entries(withinActivities).map(([folder, targets]) => ({
  name: `activities-${folder}-imports`,
  comment: `src/activities/${folder} imports ${targets.join(', ') || 'nothing'} of src/activities`,
  severity: 'error',
  from: { path: `^src/activities/${folder}/` },
  to: { path: '^src/activities/', pathNot: `^src/activities/(${[`${folder}/`, ...targets].join('|')})` },
}));

module.exports = {
  forbidden: [
    ...rules,
    ...activityRules,
    {
      name: 'web-imports',
      comment: 'the page imports domain and protocol',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/(domain|protocol)/' },
    },
    {
      name: 'page-has-no-schemas',
      comment: 'what the page imports of the protocol besides types goes to every browser',
      severity: 'error',
      from: { path: '^web/src/' },
      to: {
        path: '^src/protocol/',
        pathNot: '^src/protocol/(limits|socket)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'numbers-of-the-protocol-stand-alone',
      severity: 'error',
      from: { path: '^src/protocol/(limits|socket)\\.ts$' },
      to: {},
    },
    {
      name: 'activity-contract-is-pure',
      comment: 'what workflows know of the activities ends up in their bundle',
      severity: 'error',
      from: { path: '^src/activities/types\\.ts$' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'domain-runs-anywhere',
      comment: 'domain runs in a workflow and in the browser',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circles',
      comment: 'nor of types alone: what two files need of each other belongs to a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'sources-stand-alone',
      comment: 'src is what runs; scripts, bench and test are over it, in this order',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(scripts|bench|test|web)/' },
    },
    {
      name: 'scripts-imports',
      comment: 'scripts import src, and the words of the page',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^(bench|test|web)/', pathNot: '^web/src/i18n/' },
    },
    {
      name: 'bench-imports',
      comment: 'bench imports src, scripts/support and the papers whose numbers are traced',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(test|web|scripts)/', pathNot: '^(scripts/support|test/provenance)/' },
    },
    {
      name: 'test-imports',
      comment: 'tests import what they try, and nobody imports them',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '^bench/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^web/dist', '^web/node_modules'] },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mts', '.mjs', '.js', '.vue', '.json'] },
  },
};
