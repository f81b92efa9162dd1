/** The operator's list of hosts that people may name although they are not public (A6). */
import type { AllowHost } from './address-guard.ts';

/**
 * Reads `ollama.lan, 10.0.0.5:11434, [fd00::5]:8000`: hosts, each with or without a port; `*` allows every host.
 * @throws TypeError naming the entry that is none
 */
export function readAllowedHosts(text: string): AllowHost {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.includes('*')) return () => true;
  const allowed = entries.map(readEntry);
  return (host, port) =>
    allowed.some((entry) => entry.host === host && (entry.port === undefined || entry.port === port));
}

function readEntry(entry: string): { host: string; port: number | undefined } {
  const [, name = '', port] = /^(\[[^\]]*\]|[^:/@?#\s]+)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  // As a URL writes it: `0x7f.1` is 127.0.0.1, and IPv6 has one short form.
  const url = URL.parse(`http://${name}`);
  if (name === '' || url === null) throw new TypeError(`"${entry}" is not a host or host:port`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
  };
}
