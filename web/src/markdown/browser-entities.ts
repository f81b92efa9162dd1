/**
 * What stands in for `entities` in the build (vite.config.ts): every browser has the names of HTML's character
 * references, and markdown-it asks for nothing else of that package.
 */
const parser = document.createElement('p');

/**
 * The characters of a reference such as `&alpha;`; what is none comes back as it is.
 *
 * @param reference begins with `&`, a name of letters and digits, and `;`
 */
export function decodeHTMLStrict(reference: string): string {
  parser.innerHTML = reference;
  const decoded = parser.textContent;
  // `&notit;` is no reference, but a browser reads the old `&not` at its beginning.
  return decoded.endsWith(';') && decoded !== ';' ? reference : decoded;
}
