/** Whether a host is this machine's own loopback, which nobody else reaches and no proxy leads to. */

/** @param host a name or an address as a URL writes it, an IPv6 one with or without its brackets */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/.test(host);
}
