/** The package has no types of its own. */
declare module 'proxy-from-env' {
  /** The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of process.env name for a URL; '' for none. */
  export function getProxyForUrl(url: string | URL): string;
}
