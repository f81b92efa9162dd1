/** Which way leads to a URL: straight, or by the proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name. */
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from './loopback.ts';

const VARIABLE = /^(https?|all|no)_proxy$/i;

/** A pool of kept-alive sockets by whichever way each URL needs. */
export interface Agents {
  /** The agent for `http.request` or `https.request` to this URL. */
  agentFor(url: URL): HttpAgent | HttpsAgent;
  /** Closes sockets that wait for a next request, and those in use. */
  close(): void;
}

/**
 * The address of the proxy for a URL, as the environment of this process says at present; undefined: straight there.
 * @throws TypeError where the variable holds no address
 */
export function proxyFor(url: URL): URL | undefined {
  // Nobody's proxy can reach this machine's own; Go's programs leave it out in the same way.
  if (isLoopback(url.hostname)) return undefined;
  const proxy = getProxyForUrl(url);
  return proxy === '' ? undefined : new URL(proxy);
}

/** Makes a pool; `options` are those of Node's agents. TLS trusts what Node trusts: NODE_EXTRA_CA_CERTS counts. */
export function openAgents(options: AgentOptions = {}): Agents {
  const settings = { keepAlive: true, ...options };
  const made = new Map<string, HttpAgent | HttpsAgent>();
  return {
    agentFor(url) {
      const proxy = proxyFor(url);
      const way = `${url.protocol} ${proxy?.href ?? 'straight'}`;
      let agent = made.get(way);
      if (agent === undefined) {
        agent = url.protocol === 'https:' ? secure(proxy) : plain(proxy);
        made.set(way, agent);
      }
      return agent;
    },
    close() {
      for (const agent of made.values()) agent.destroy();
      made.clear();
    },
  };

  function secure(proxy: URL | undefined): HttpAgent | HttpsAgent {
    return proxy === undefined ? new HttpsAgent(settings) : new HttpsProxyAgent(proxy, settings);
  }

  function plain(proxy: URL | undefined): HttpAgent {
    return proxy === undefined ? new HttpAgent(settings) : new HttpProxyAgent(proxy, settings);
  }
}

/** Lets proxies that a .env file names count for this process, too, and not for its children alone. */
export function useProxies(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) if (VARIABLE.test(name)) process.env[name] = value;
}
