/** Which pages may open a socket: ours. A program that is no browser sends no Origin (A4). */

/**
 * Whether a page of this Origin may open a socket at `host`, which is what the Host header says. Browsers leave the
 * port of their scheme out of both; a proxy may write it into Host all the same, or hand `$host` on, which has no port:
 * then only X-Forwarded-Host, which pages cannot set, says where the browser was.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  forwardedHost?: string | undefined,
): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host: page } = new URL(origin);
  // The first is the outermost proxy's, where the browser was.
  const outermost = forwardedHost?.split(',')[0]?.trim();
  return [host, outermost].some((each) => {
    if (each === undefined || !URL.canParse(`${protocol}//${each}`)) return false;
    return new URL(`${protocol}//${each}`).host === page;
  });
}
