import { type Component, componentOf } from './component.ts';

const REQUIRED = /^(?:require\s+)?([\w.~/-]+\.[\w.~/-]+)\s+(v[^\s]+)(?:\s+\/\/.*)?$/;
const REPLACED = /^(?:replace\s+)?([^\s]+)(?:\s+v[^\s]+)?\s+=>\s+([^\s]+)\s+(v[^\s]+)/;

/**
 * The modules that the text of a go.mod names. Since Go 1.17 these are all that its packages are built of.
 * @see https://go.dev/ref/mod#go-mod-file
 */
export function goComponents(text: string, part: string): Component[] {
  const lines = text.split('\n').map((line) => line.trim());
  const replaced = new Map<string, [path: string, version: string]>();
  for (const line of lines) {
    const [, from, path, version] = REPLACED.exec(line) ?? [];
    if (from && path && version) replaced.set(from, [path, version]);
  }
  return lines.flatMap((line) => {
    const [, path, version] = REQUIRED.exec(line) ?? [];
    if (!path || !version) return [];
    const [name, built] = replaced.get(path) ?? [path, version];
    return [
      componentOf({ name, version: built, purl: `pkg:golang/${name}@${encodeURIComponent(built)}` }, part),
    ];
  });
}
