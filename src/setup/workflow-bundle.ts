/** The workflow code as one file for Temporal's sandbox: bundled once, so that a worker is up in half a second. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { contentHash } from '../bundle/content-hash.mjs';
import { codeOf } from '../system-error.ts';
import { BUILD_CACHE, CHECKOUT } from './checkout.ts';

/** As `Worker.create({ workflowBundle })` takes it. */
export interface WorkflowBundle {
  code: string;
}

/**
 * The bundle of src/workflows/index.ts; made anew only when the sources that it can hold, or Temporal's own,
 * have changed. Safe when several processes want it at once.
 * @throws the bundler's error when the workflow code reaches something that has no place in a workflow
 */
export async function buildWorkflowBundle(): Promise<WorkflowBundle> {
  const file = join(BUILD_CACHE, `workflows-${await sourceHash()}.js`);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return { code: kept };
  const code = await bundle();
  await keep(file, code);
  return { code };
}

/** Whether the bundle is there already. */
export async function hasWorkflowBundle(): Promise<boolean> {
  const wanted = `workflows-${await sourceHash()}.js`;
  const kept: string[] = await readdir(BUILD_CACHE).catch(() => []);
  return kept.includes(wanted);
}

async function sourceHash(): Promise<string> {
  const sources = contentHash(CHECKOUT, ['src/workflows', 'src/domain', 'src/activities/types.ts']);
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as {
    version: string;
  };
  return `${version}-${sources.slice(0, 24)}`;
}

async function bundle(): Promise<string> {
  // Loaded when it is needed: the bundler is large, and a worker that finds its bundle never needs it.
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(CHECKOUT, 'src', 'workflows', 'index.ts'),
    logger: silent,
  });
  return code;
}

/** Keeps it for the next process, and drops older ones. A checkout that cannot be written to just bundles again. */
async function keep(file: string, code: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(BUILD_CACHE, { recursive: true });
    await writeFile(draft, code);
    for (const name of await readdir(BUILD_CACHE)) {
      if (/^workflows-.*\.js$/.test(name)) await rm(join(BUILD_CACHE, name), { force: true });
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    if (!['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
  }
}
