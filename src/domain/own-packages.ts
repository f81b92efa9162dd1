/** Python packages of an operator's own choice (W2), beside the lists that come with the program. */

export interface OwnPackage {
  /** As the index writes it: lower case, with hyphens. */
  name: string;
  version: string;
}

/** More than these belong into an image of one's own. */
const MOST = 50;
const ENTRY = /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})==([A-Za-z0-9][A-Za-z0-9.!+_-]{0,49})$/;

/**
 * Reads `polars==1.9.0, xgboost==2.1.1`; blanks and line ends separate, too.
 * @throws Error whose message goes on after the setting's name
 */
export function readOwnPackages(text: string): OwnPackage[] {
  const entries = text.split(/[\s,]+/).filter(Boolean);
  if (entries.length > MOST) throw new Error(`may name ${MOST} packages, not ${entries.length}`);
  const packages = entries.map((entry) => {
    const [, name, version] = ENTRY.exec(entry) ?? [];
    if (name === undefined || version === undefined)
      throw new Error(
        `must name each package with its version, such as polars==1.9.0, not ${JSON.stringify(entry.slice(0, 100))}`,
      );
    return { name: canonicalName(name), version };
  });
  const names = packages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`names ${twice} twice`);
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The one spelling of a package's name (PEP 503). */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
