import { type Component, componentOf } from './component.ts';

/** What `dpkg-query --show` has to print of each package. */
export const DPKG_FORMAT =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query replaces these
  '${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\t${Provides}\t${Pre-Depends}, ${Depends}\n';

interface Package {
  name: string;
  version: string;
  architecture: string;
  /** Names, each with its alternatives. */
  needs: string[][];
}

/** `libc6 (>= 2.34), a:any | b` becomes `[['libc6'], ['a', 'b']]`. */
const namesIn = (relations: string): string[][] =>
  relations
    .split(',')
    .map((one) =>
      one
        .split('|')
        .map((name) => name.trim().split(/[\s:(]/)[0] ?? '')
        .filter(Boolean),
    )
    .filter((names) => names.length > 0);

function parse(text: string): Map<string, Package[]> {
  const byName = new Map<string, Package[]>();
  for (const line of text.split('\n')) {
    const [status = '', name = '', version = '', architecture = '', provides = '', needs = ''] =
      line.split('\t');
    if (!status.startsWith('ii')) continue;
    const found: Package = { name, version, architecture, needs: namesIn(needs) };
    for (const known of [name, ...namesIn(provides).flat()])
      byName.set(known, [...(byName.get(known) ?? []), found]);
  }
  return byName;
}

/**
 * The installed packages among `roots`, and all that they depend on.
 * @param text what dpkg-query has printed by {@link DPKG_FORMAT}
 * @param distribution the `ID` of /etc/os-release, such as `debian`
 */
export function debianComponents(text: string, roots: readonly string[], distribution: string): Component[] {
  const byName = parse(text);
  const found = new Map<string, Package>();
  const wanted = roots.flatMap((name) => byName.get(name) ?? []);
  for (let one = wanted.pop(); one !== undefined; one = wanted.pop()) {
    const key = `${one.name}:${one.architecture}`;
    if (found.has(key)) continue;
    found.set(key, one);
    wanted.push(...one.needs.flat().flatMap((name) => byName.get(name) ?? []));
  }
  return [...found.values()]
    .map(({ name, version, architecture }) => {
      const purl = `pkg:deb/${distribution}/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
      return componentOf({ name, version, purl }, 'system');
    })
    .sort((one, other) => (one['bom-ref'] < other['bom-ref'] ? -1 : 1));
}
