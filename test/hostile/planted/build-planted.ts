import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildGo } from '../../../deploy/local/tools/build-go.ts';
import { findGo } from '../../../deploy/local/tools/go.ts';
import { cacheDir } from '../../../deploy/process/cache-dir.ts';

const folder = import.meta.dirname;

/** Builds the program that stands in for a captured ffmpeg, once for each state of its source. Throws where there is no Go. */
export async function buildPlanted(signal: AbortSignal): Promise<string> {
  const go = findGo();
  if (go === undefined) throw new Error('Go is missing, which builds the planted program.');
  const hash = createHash('sha256');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.go') || name.startsWith('go.'));
  for (const name of sources.sort()) hash.update(readFileSync(path.join(folder, name)));
  const file = path.join(cacheDir(), `planted-${hash.digest('hex').slice(0, 16)}`);
  await buildGo(go, { what: 'the planted program', folder, package: '.', file }, () => undefined, signal);
  return file;
}
