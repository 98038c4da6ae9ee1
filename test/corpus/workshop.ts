import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { interleaved, type SoundRequest } from './sound.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Makes the files of the corpus in a temporary folder. The sounds are made once. What belongs to a row is deleted after it,
 * because all files together need a gigabyte.
 */
export class Workshop implements AsyncDisposable {
  readonly #root: string;
  readonly #sounds = new Map<string, Promise<string>>();
  #rows = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), 'mp3converter-corpus-')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Calls `work` with a bench in a folder of its own, which is deleted afterwards. */
  async forRow<Result>(work: (bench: Bench) => Promise<Result>): Promise<Result> {
    this.#rows += 1;
    const folder = join(this.#root, `row-${this.#rows}`);
    await mkdir(folder);
    try {
      return await work(new Bench(folder, (sound) => this.#sound(sound)));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  #sound(sound: SoundRequest): Promise<string> {
    const key = JSON.stringify(sound);
    const known = this.#sounds.get(key);
    if (known) return known;
    const path = join(this.#root, `sound-${this.#sounds.size}.f32`);
    const samples = interleaved(sound);
    const made = writeFile(path, Buffer.from(samples.buffer)).then(() => path);
    this.#sounds.set(key, made);
    return made;
  }
}

/** Where the files of one row are made. */
export class Bench {
  readonly folder: string;
  /** Returns the path of a sound, as interleaved `f32le`. */
  readonly sound: (sound: SoundRequest) => Promise<string>;
  #files = 0;

  constructor(folder: string, sound: (sound: SoundRequest) => Promise<string>) {
    this.folder = folder;
    this.sound = sound;
  }

  path(): string {
    this.#files += 1;
    return join(this.folder, `file-${this.#files}`);
  }

  /** Runs ffmpeg with a new file as its last argument, and returns its path. */
  async ffmpeg(...args: string[]): Promise<string> {
    const path = this.path();
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-bitexact', ...args, path]);
    return path;
  }

  /** Writes a file with other bytes than another one. */
  async edit(source: string, change: (bytes: Buffer) => Buffer): Promise<string> {
    const path = this.path();
    await writeFile(path, change(await readFile(source)));
    return path;
  }

  async write(content: Uint8Array | string): Promise<string> {
    const path = this.path();
    await writeFile(path, content);
    return path;
  }
}

/** Runs a tool, and returns the bytes that it prints. */
export async function outputOf(tool: string, ...args: string[]): Promise<Buffer> {
  const { stdout } = await run(tool, args, { encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES });
  return stdout;
}
