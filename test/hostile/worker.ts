import { execFile } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peakMb, resetPeak } from '../support/peak-memory.ts';
import { documentedCodes } from './attempt/oracle.ts';
import { openTools } from './attempt/tools.ts';
import { tryFile } from './attempt/try-file.ts';
import { watchTools } from './attempt/watch-tools.ts';
import { filmPath } from './films.ts';
import { type Materials, titleOf, writeContent } from './hostile-file.ts';
import { type CorpusOptions, hostileFiles } from './kinds/index.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { silentWitnesses } from './witnesses/controls.ts';
import { Grounds } from './witnesses/grounds.ts';

/*
 * Tries files, one at a time. The runner starts it as a process of its own, so that the memory of the converter's code is
 * measured, and a file that blocks it can be ended.
 */

export interface WorkerOptions {
  corpus: CorpusOptions;
  /** A folder for this worker alone. */
  root: string;
  /** Where the films of all formats are. */
  films: string;
  /** Where each file with a fault is kept, or undefined. */
  keep?: string | undefined;
  /** Whether files without a fault are kept as well. */
  keepsAll?: boolean | undefined;
}

const run = promisify(execFile);
const { corpus, root, films, keep, keepsAll } = JSON.parse(process.argv[2] ?? '') as WorkerOptions;
const send = (message: FromWorker) => process.send?.(message);
process.on('disconnect', () => process.exit(1));

process.env.TMPDIR = join(root, 'tmp');
const grounds = await Grounds.open(root, await readFile(filmPath(films, 'mp3/mp3')));
const scratch = join(root, 'spool', 'scratch');
const files = hostileFiles(corpus, grounds.targets);
const tools = await openTools();
const documented = documentedCodes();
const takeCrashes = watchTools();
const { signal } = new AbortController();
let scratchFiles = 0;

const materials: Materials = {
  targets: grounds.targets,
  film: (format) => readFile(filmPath(films, format)),
  scratch: () => join(scratch, `file-${scratchFiles++}`),
  async ffmpeg(...args) {
    const path = materials.scratch();
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-bitexact', ...args, path]);
    return readFile(path);
  },
};

async function tryNumber(number: number): Promise<void> {
  const file = files[number];
  if (!file) throw new Error(`There is no file ${number}.`);
  await mkdir(scratch, { recursive: true });
  const content = await file.make(materials);
  await rm(scratch, { recursive: true, force: true });
  takeCrashes();
  await resetPeak(process.pid);
  send({ type: 'made' });
  const tried = await tryFile(file, content, { grounds, tools, documented, takeCrashes, signal });
  const ownMb = await peakMb(process.pid);
  if (keep !== undefined && (keepsAll || tried.faults.length > 0))
    await writeContent(
      join(
        keep,
        titleOf(file)
          .replaceAll(/[^\w.-]+/g, '_')
          .slice(0, 120),
      ),
      content,
    ).catch(() => undefined);
  send({ type: 'tried', number, ownMb, tried });
}

process.on('message', (message: ToWorker) => {
  const work = message.type === 'try' ? tryNumber(message.number) : controls();
  work.catch((error: Error) => send({ type: 'failed', reason: error.stack ?? error.message }));
});

async function controls(): Promise<void> {
  send({ type: 'controlled', silent: await silentWitnesses(grounds) });
}

send({
  type: 'ready',
  titles: files.map((file) => ({ kind: file.kind, name: file.name })),
  layers: [...tools.ffmpeg.sandbox.layers],
});
