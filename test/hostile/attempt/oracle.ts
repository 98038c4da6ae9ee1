import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const API = join(import.meta.dirname, '../../../docs/api.md');

export interface Documented {
  /** Why a job fails. */
  failures: ReadonlySet<string>;
  warnings: ReadonlySet<string>;
}

/** Reads the codes that docs/api.md promises. */
export function documentedCodes(page = readFileSync(API, 'utf8')): Documented {
  return { failures: codesBelow(page, '### Why a job fails'), warnings: codesBelow(page, '## Warnings') };
}

/** The first cells of the table below a heading. */
function codesBelow(page: string, heading: string): Set<string> {
  const [, section = ''] = page.split(`\n${heading}\n`);
  const [table = ''] = section.split(/\n##/);
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = '']) => code);
  if (codes.length === 0) throw new Error(`docs/api.md has no table below «${heading}».`);
  return new Set(codes);
}
