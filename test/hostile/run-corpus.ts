import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Crash } from './attempt/watch-tools.ts';
import { makeFilms } from './films.ts';
import type { Kind } from './hostile-file.ts';
import type { CorpusOptions } from './kinds/index.ts';
import { TestBroken, WorkerLost, WorkerProcess } from './worker-process.ts';

export interface RunOptions extends CorpusOptions {
  jobs: number;
  /** Files with a fault are written there. */
  keep?: string | undefined;
  /** Whether files without a fault are kept as well. */
  keepsAll?: boolean;
  /** Where the run has its folder, which it removes at its end. Default: the folder of the system. */
  temporary?: string;
  report(line: string): void;
  onResult?(result: FileResult): void;
  signal: AbortSignal;
}

/** What became of a file. */
export interface FileResult {
  kind: Kind;
  name: string;
  size: number;
  answer: string;
  probed?: string | undefined;
  attempts: number;
  seconds: number;
  /** Processor time of the tools, in seconds. */
  toolSeconds: number;
  /** Seconds of the MP3, where there is one. */
  mp3Seconds: number;
  crashes: Crash[];
  /** Largest resident memory of a tool in MB. */
  toolsMb: number;
  /** That of the process with the converter's code in MB. */
  ownMb: number;
  faults: string[];
}

export interface RunResult {
  results: FileResult[];
  /** What the sandbox of this machine has. */
  layers: readonly string[];
  /** Witnesses that said nothing when they should have spoken. */
  silent: string[];
  seconds: number;
}

/** MB that a tool may take. Seen were 517 for 500 MB of MP3 with a hole, 329 for a tag of 20 MB, and below 260 for all others. */
export const MAX_TOOLS_MB = 600;
/**
 * MB that the converter's own code may take: 200, and a little more for the corpus, which has the file and copies of it in memory. Seen
 * were 338 to 416 while two processes encode 4 GB of a sparse WAV and give their samples to the meter, and below 335 for all others.
 */
export const MAX_OWN_MB = 450;
/**
 * Processor time that the tools may take for a file: so many seconds, one more for so many bytes of the file, and one for so many
 * seconds of the MP3.
 */
const MAX_TOOL_SECONDS = 20;
const BYTES_PER_TOOL_SECOND = 20_000;
const SOUND_PER_TOOL_SECOND = 50;

const REPORT_MS = 5000;

/** Makes and tries all files. Throws the signal's reason. */
export async function runCorpus(options: RunOptions): Promise<RunResult> {
  const begun = performance.now();
  const root = await mkdtemp(join(options.temporary ?? tmpdir(), 'mp3converter-hostile-'));
  try {
    const films = join(root, 'films');
    options.report('Making a film of each format …');
    await makeFilms(films, { jobs: options.jobs, onFilm: () => undefined, signal: options.signal });
    if (options.keep !== undefined) await mkdir(options.keep, { recursive: true });
    const result = await tryAll(options, { root, films });
    return { ...result, seconds: (performance.now() - begun) / 1000 };
  } finally {
    // The tools die with their worker, but a moment later, and may still write.
    await rm(root, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function tryAll(
  options: RunOptions,
  folders: { root: string; films: string },
): Promise<Omit<RunResult, 'seconds'>> {
  const { jobs, signal, report } = options;
  const { seed, mutations, only, isShort, keep, keepsAll } = options;
  const start = (worker: number) =>
    WorkerProcess.start({
      ...{ corpus: { seed, mutations, only, isShort }, films: folders.films, keep, keepsAll },
      root: join(folders.root, `worker-${worker}`),
    });
  const results: FileResult[] = [];
  let state: Pick<RunResult, 'layers' | 'silent'> = { layers: [], silent: [] };
  let isControlled = false;
  let count = Number.POSITIVE_INFINITY;
  let next = 0;
  const progress = setInterval(() => {
    const faults = results.filter((result) => result.faults.length > 0).length;
    report(`${results.length} of ${count} files, ${faults} with a fault …`);
  }, REPORT_MS);

  /** Tries files until there are none left. A process that is lost is replaced. */
  const work = async (worker: number): Promise<void> => {
    while (next < count && !signal.aborted) {
      await using process = await start(worker);
      signal.addEventListener('abort', () => process[Symbol.asyncDispose]().catch(() => undefined));
      count = process.ready.titles.length;
      if (worker === 0 && !isControlled) {
        state = { layers: process.ready.layers, silent: await process.control() };
        isControlled = true;
      }
      for (let number = next++; number < count && !signal.aborted; number = next++) {
        const title = process.ready.titles[number] as { kind: Kind; name: string };
        const result = await tryOne(process, number, title);
        results.push(result);
        options.onResult?.(result);
        if (result.answer === LOST) break;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, (_, worker) => work(worker)));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(progress);
  }
  signal.throwIfAborted();
  return { ...state, results };
}

const LOST = 'lost';

async function tryOne(
  process: WorkerProcess,
  number: number,
  title: { kind: Kind; name: string },
): Promise<FileResult> {
  try {
    const { message, toolsMb, toolSeconds } = await process.try(number);
    const { tried, ownMb } = message;
    const faults = [...tried.faults];
    if (toolsMb > MAX_TOOLS_MB) faults.push(`a tool took ${Math.round(toolsMb)} MB`);
    const { size, mp3Seconds } = tried;
    const work = size / BYTES_PER_TOOL_SECOND + mp3Seconds / SOUND_PER_TOOL_SECOND;
    if (toolSeconds > MAX_TOOL_SECONDS + work)
      faults.push(`the tools took ${Math.round(toolSeconds)} s of processor time`);
    if (ownMb > MAX_OWN_MB) faults.push(`the converter took ${Math.round(ownMb)} MB`);
    return { ...title, ...tried, toolsMb, toolSeconds, ownMb, faults };
  } catch (error) {
    const answer = answerOf(error);
    if (answer === undefined) throw error;
    const work = { seconds: 0, toolSeconds: 0, mp3Seconds: 0, toolsMb: 0, ownMb: 0 };
    return {
      ...title,
      size: 0,
      attempts: 1,
      ...work,
      crashes: [],
      answer,
      faults: [(error as Error).message],
    };
  }
}

function answerOf(error: unknown): string | undefined {
  if (error instanceof WorkerLost) return LOST;
  return error instanceof TestBroken ? 'not made' : undefined;
}
