import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { readJson, writePrivate } from '../../services/shared/runtime/private-files.ts';

/** Random passwords and keys, generated on first use and kept in `passwords.json`. */
export class Passwords {
  readonly #file: string;
  readonly #values: Record<string, string>;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'passwords.json');
    this.#values = readJson<Record<string, string>>(this.#file) ?? {};
  }

  /** Returns 32 random bytes as base64url. A name keeps its value from start to start. */
  get(name: string): string {
    const known = this.#values[name];
    if (known !== undefined) return known;
    const generated = randomBytes(32).toString('base64url');
    this.#values[name] = generated;
    writePrivate(this.#file, `${JSON.stringify(this.#values, null, 2)}\n`);
    return generated;
  }
}
