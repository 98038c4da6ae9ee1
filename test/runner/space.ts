import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spaceForTools } from '../../deploy/local/space.ts';
import { requireSpace, type SpaceNeed } from '../../deploy/process/disk-space.ts';
import type { Part } from './select-files.ts';

/** Parts that start whole systems. */
const SYSTEMS: readonly Part[] = ['contract', 'e2e', 'polyglot'];
const LATER_SYSTEMS: readonly Part[] = ['matrix', 'chaos', 'bench'];

/** What a run of these parts writes at most, measured with some reserve (the contract and end-to-end tests: 3.3 GB), and what it has to install first. */
export function spaceForTests(
  parts: ReadonlySet<Part>,
  { repoRoot, runDir }: { repoRoot: string; runDir: string },
): SpaceNeed[] {
  const hasAny = (some: readonly Part[]): boolean => some.some((part) => parts.has(part));
  const needs: SpaceNeed[] = [
    {
      folder: tmpdir(),
      bytes: hasAny(['integration', 'hostile', ...SYSTEMS]) ? 1_000e6 : 100e6,
      what: 'temporary films',
    },
  ];
  if (hasAny(SYSTEMS)) needs.push({ folder: runDir, bytes: 4_000e6, what: 'data of two systems' });
  if (hasAny(LATER_SYSTEMS))
    needs.push({
      folder: join(repoRoot, '.data'),
      bytes: 3_000e6,
      what: 'data of the systems of matrix, chaos and bench',
    });
  if (hasAny([...SYSTEMS, ...LATER_SYSTEMS])) needs.push(...spaceForTools(new Set(['mongodb'])));
  return needs;
}

/** @throws an error that names the folders, what is free and what is needed */
export const requireTestSpace = (
  parts: ReadonlySet<Part>,
  folders: { repoRoot: string; runDir: string },
): void => requireSpace(spaceForTests(parts, folders));
