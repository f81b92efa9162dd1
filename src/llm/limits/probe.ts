/** Asks a model server what its model takes, gives and costs (M7). */
import type { ModelConnection } from '../connection.ts';
import { chooseProfile } from '../profiles/choose.ts';
import type { ModelEndpoint } from '../types.ts';
import { askJson } from './ask-json.ts';
import type { KnownLimits } from './limits.ts';
import * as answers from './server-answers.ts';

/** What a server that is near answers in; a slow one is called without having said anything. */
const PROBE_MS = 2_000;

export interface Probed extends KnownLimits {
  /** It speaks Ollama's own API, too: prompts that are too long are cut there, and not refused. */
  isOllama: boolean;
}

/** Never rejects: a server that says nothing is one that says nothing. */
export async function probe(endpoint: ModelEndpoint, connection: ModelConnection): Promise<Probed> {
  const base = URL.parse(endpoint.baseUrl);
  if (base === null || !/^https?:$/.test(base.protocol)) return { isOllama: false };
  const { model } = endpoint;
  const headers = headersOf(endpoint);
  const ask = (url: URL, body?: unknown) => askJson(connection, { url, body, headers }, PROBE_MS);
  // Beside /v1, where local servers have their own.
  const beside = base.pathname.replace(/\/+$/, '').replace(/\/v\d+$/, '');
  const at = (path: string) => new URL(`${beside}${path}${base.search}`, base);
  const [list, props, running, show, lmStudio, lmStudioOld, liteLlm] = await Promise.all([
    ask(new URL(`${base.pathname.replace(/\/+$/, '')}/models${base.search}`, base)),
    ask(at('/props')),
    ask(at('/api/ps')),
    ask(at('/api/show'), { model }),
    ask(at('/api/v1/models')),
    ask(at('/api/v0/models')),
    ask(at('/model/info')),
  ]);
  const said = [
    answers.fromOllamaRunning(running, model),
    answers.fromOllamaShow(show),
    answers.fromProps(props),
    answers.fromLmStudio(lmStudio, model),
    answers.fromLmStudio(lmStudioOld, model),
    answers.fromModelList(list, model),
    answers.fromLiteLlm(liteLlm, model),
  ];
  return { ...Object.assign({}, ...said.toReversed()), isOllama: answers.isOllama(running) };
}

function headersOf(endpoint: ModelEndpoint): Record<string, string> {
  const { auth, headers } = chooseProfile(endpoint);
  if (endpoint.apiKey === '') return headers;
  return auth === 'bearer'
    ? { authorization: `Bearer ${endpoint.apiKey}`, ...headers }
    : { 'api-key': endpoint.apiKey, ...headers };
}
