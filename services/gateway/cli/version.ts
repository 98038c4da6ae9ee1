import { readFileSync } from 'node:fs';
import path from 'node:path';

/** In the bundle that is published, the version of package.json. In a checkout there is no such variable. */
declare const MP3CONVERTER_VERSION: string | undefined;

/** Whether this runs as the bundle, which lies alone, and not from the files of a checkout. */
export const isBundled = (): boolean => typeof MP3CONVERTER_VERSION === 'string';

export function version(): string {
  if (typeof MP3CONVERTER_VERSION === 'string') return MP3CONVERTER_VERSION;
  const file = path.resolve(import.meta.dirname, '../../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
