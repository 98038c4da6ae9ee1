import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Listener, listen } from './listener.ts';
import { type Planted, plant } from './planted.ts';
import { holdsSecret } from './secret.ts';
import { differences, type Snapshot, snapshot } from './snapshot.ts';
import type { Targets } from './targets.ts';

/**
 * A folder with everything that hostile files try to reach, and beside it the private folder of an attempt. All of it is
 * watched.
 */
export class Grounds implements AsyncDisposable {
  readonly targets: Targets;
  /** Where a job has its private folder. */
  readonly spool: string;
  readonly #root: string;
  readonly #listener: Listener;
  readonly #planted: Planted;
  #before: Snapshot = new Map();

  private constructor(root: string, listener: Listener, planted: Planted) {
    this.#root = root;
    this.#listener = listener;
    this.#planted = planted;
    this.spool = join(root, 'spool');
    this.targets = {
      ...{ port: listener.port, socket: join(root, 'socket') },
      ...{ text: planted.text, film: planted.film, absent: join(root, 'absent') },
    };
  }

  /** @param film an MP3 without a tag, which is planted */
  static async open(root: string, film: Buffer): Promise<Grounds> {
    for (const name of ['planted', 'spool', 'tmp'])
      await mkdir(join(root, name), { recursive: true, mode: 0o700 });
    const listener = await listen(join(root, 'socket'));
    const grounds = new Grounds(root, listener, await plant(join(root, 'planted'), film));
    await grounds.begin();
    return grounds;
  }

  /** Remembers how everything is now. */
  async begin(): Promise<void> {
    this.#before = await snapshot(this.#root, 'spool');
  }

  /**
   * Returns what was touched since `begin`, as sentences.
   * @param outputs everything that somebody would get to see
   */
  async takeFaults(outputs: readonly (Uint8Array | string)[]): Promise<string[]> {
    const calls = await this.#listener.takeCalls();
    const reads = await this.#planted.takeReads();
    const changed = differences(this.#before, await snapshot(this.#root, 'spool'));
    await this.begin();
    return [
      ...new Set(calls.map((call) => `called the listener by ${call}`)),
      ...reads.map((path) => `read ${path.slice(this.#root.length)}`),
      ...changed.map((path) => `touched ${path.slice(this.#root.length)}`),
      ...(outputs.some(holdsSecret) ? ['the secret is in an output'] : []),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener[Symbol.asyncDispose]();
  }
}
