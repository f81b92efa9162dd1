/**
 * Every request that may pass to the engine: what src/sandbox/docker sends, and no other. What is forwarded is put
 * together anew from what was understood here; nothing of the request's own address is passed on.
 */
import { INSTANCE_LABEL } from '../sandbox/docker/container-options.ts';
import { isRunName, isSandboxName } from './create-rule.ts';
import { type Judged, type Policy, refuse } from './policy.ts';

/** What a request asks, once it is known to be one of these. */
export type Asked =
  | { kind: 'ping' }
  | { kind: 'info' }
  | { kind: 'image' }
  | { kind: 'list'; path: string }
  | { kind: 'create'; name: string }
  | { kind: 'inspect'; name: string }
  | { kind: 'start'; name: string }
  | {
      /** Done to a container that is seen to be the instance's own. */
      kind: 'act';
      name: string;
      action: 'kill' | 'rename' | 'attach' | 'logs' | 'remove';
      /** What is asked of the engine, for a container with that id. */
      method: 'GET' | 'POST' | 'DELETE';
      pathOf: (id: string) => string;
    };

interface Request {
  method: string;
  /** Path and query, as the request line has it. */
  url: string;
}

const yes = (asked: Asked): Judged<{ asked: Asked }> => ({ allowed: true, asked });

/** Judges method, path and query; a body is looked at by `judgeCreate`, and passed on for no other request. */
export function judgeRequest(policy: Policy, { method, url }: Request): Judged<{ asked: Asked }> {
  const [path = '', search = ''] = url.split('?', 2) as [string, string?];
  const plain = path.replace(/^\/v1\.\d{1,3}(?=\/)/, '');
  const query = onlyOnce(new URLSearchParams(search));
  if (query === null) return refuse('a parameter is given twice');
  const asked = `${method} ${plain}`;
  if (asked === 'GET /_ping') return without(query, { kind: 'ping' });
  if (asked === 'GET /info') return without(query, { kind: 'info' });
  if (asked === 'GET /containers/json') return judgeList(policy, query);
  if (asked === 'POST /containers/create') return judgeCreation(query);
  if (method === 'GET' && imageOf(plain) === policy.image) return without(query, { kind: 'image' });
  const [, name = '', action = ''] = /^\/containers\/([\w-]+)(?:\/([a-z]+))?$/.exec(plain) ?? [];
  if (!isSandboxName(name)) return refuse(`${method} of that path is nothing that a sandbox needs`);
  return judgeAction({ method, name, action, query });
}

function judgeAction(given: {
  method: string;
  name: string;
  action: string;
  query: Map<string, string>;
}): Judged<{ asked: Asked }> {
  const { method, name, action, query } = given;
  switch (`${method} ${action}`) {
    case 'GET json':
      return without(query, { kind: 'inspect', name });
    case 'POST start':
      return without(query, { kind: 'start', name });
    case 'POST kill':
      return act(given, 'kill', { signal: /^SIG(TERM|KILL)$/ });
    case 'POST rename':
      if (!isRunName(query.get('name') ?? '')) return refuse('the new name is not that of a run');
      return act(given, 'rename', { name: /^/ });
    case 'POST attach':
      return act(given, 'attach', { stream: FLAG, stdin: FLAG, hijack: FLAG });
    case 'GET logs':
      return act(given, 'logs', { stdout: FLAG, stderr: FLAG, follow: FLAG });
    case 'DELETE ':
      return act(given, 'remove', { force: FLAG, v: FLAG });
    default:
      return refuse(`${method} of that path is nothing that a sandbox needs`);
  }
}

const FLAG = /^(true|false|1|0)$/;

/** An action whose parameters are all known, with values that are. */
function act(
  { method, name, query }: { method: string; name: string; query: Map<string, string> },
  action: (Asked & { kind: 'act' })['action'],
  known: Record<string, RegExp>,
): Judged<{ asked: Asked }> {
  for (const [key, value] of query)
    if (!Object.hasOwn(known, key) || !known[key]?.test(value))
      return refuse(`the parameter ${key} is none that a sandbox needs`);
  const search = new URLSearchParams([...query]);
  const last = action === 'remove' ? '' : `/${action}`;
  return yes({
    kind: 'act',
    ...{ name, action, method: method as 'GET' | 'POST' | 'DELETE' },
    pathOf: (id) => `/containers/${id}${last}?${search}`,
  });
}

/** Only the instance's own containers are listed. */
function judgeList({ instance }: Policy, query: Map<string, string>): Judged<{ asked: Asked }> {
  const own = JSON.stringify({ label: [`${INSTANCE_LABEL}=${instance}`] });
  const all = query.get('all') ?? '';
  if (query.size !== 2 || !FLAG.test(all) || query.get('filters') !== own)
    return refuse('only the containers of this instance may be listed');
  return yes({ kind: 'list', path: `/containers/json?${new URLSearchParams({ all, filters: own })}` });
}

function judgeCreation(query: Map<string, string>): Judged<{ asked: Asked }> {
  const name = query.get('name') ?? '';
  if (query.size !== 1 || !isSandboxName(name)) return refuse('its name is not that of a sandbox');
  return yes({ kind: 'create', name });
}

function without(query: Map<string, string>, asked: Asked): Judged<{ asked: Asked }> {
  return query.size === 0 ? yes(asked) : refuse('it has parameters that no sandbox needs');
}

function imageOf(path: string): string | undefined {
  return /^\/images\/([\w:.-]+)\/json$/.exec(path)?.[1];
}

function onlyOnce(search: URLSearchParams): Map<string, string> | null {
  const query = new Map(search);
  return query.size === search.size ? query : null;
}
