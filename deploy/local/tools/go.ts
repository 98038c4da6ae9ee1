import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { which } from '../../process/which.ts';

export const findGo = (): string | undefined => which('go', ['/usr/local/go/bin']);

/** Absolute paths, or undefined where Go has none, such as a cache that is off. */
export interface GoFolders {
  modules: string | undefined;
  cache: string | undefined;
}

const output = z.object({ GOMODCACHE: z.string(), GOCACHE: z.string() });

/**
 * Where a build of this user writes to, by the environment and by `go env -w`.
 * @throws where `go` cannot be run
 */
export function goFolders(go: string): GoFolders {
  const json = execFileSync(go, ['env', '-json', 'GOMODCACHE', 'GOCACHE'], {
    encoding: 'utf8',
    // Without this, Go could download another version of itself to answer.
    env: { ...process.env, GOTOOLCHAIN: 'local' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  const { GOMODCACHE, GOCACHE } = output.parse(JSON.parse(json));
  return { modules: absolute(GOMODCACHE), cache: absolute(GOCACHE) };
}

const absolute = (folder: string) => (path.isAbsolute(folder) ? folder : undefined);
