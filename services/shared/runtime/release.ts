import { readFileSync } from 'node:fs';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../../../package.json');

/** The version of this software, as package.json says, such as `1.2.0`. */
export const RELEASE: string = (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
