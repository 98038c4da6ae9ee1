import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export function makePrivateDir(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  return dir;
}

/** Replaces the whole file at once, readable by its owner only. */
export function writePrivate(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    // On a full disk, say, half of a secret would be left.
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function readJson<T>(file: string): T | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(
      `${file} is not JSON any more. Delete it (and the data beside it, if servers refuse their passwords then).`,
      { cause },
    );
  }
}

/** Random names and passwords, made once and kept. */
export class Passwords {
  readonly #file: string;
  readonly #values: Record<string, string>;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'passwords.json');
    this.#values = readJson<Record<string, string>>(this.#file) ?? {};
  }

  get(name: string): string {
    const known = this.#values[name];
    if (known !== undefined) return known;
    const made = randomBytes(32).toString('base64url');
    this.#values[name] = made;
    writePrivate(this.#file, `${JSON.stringify(this.#values, null, 2)}\n`);
    return made;
  }
}
