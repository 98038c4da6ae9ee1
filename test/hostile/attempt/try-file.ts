import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { INPUT } from '../../../services/converter/ffmpeg/untrusted-input.ts';
import { HEAD_BYTES, looksLikeMedia } from '../../../services/gateway/signatures/media-signature.ts';
import { type Content, type HostileFile, writeContent } from '../hostile-file.ts';
import type { Grounds } from '../witnesses/grounds.ts';
import { type Answer, faultsOf } from './answer.ts';
import { type Converted, convertOnce, probeOnce, type Tools } from './convert-once.ts';
import type { Documented } from './oracle.ts';
import { soundFaults } from './sound-faults.ts';
import type { Crash } from './watch-tools.ts';

/** The bound of time for the conversion of a small file, in seconds. Machines that test are often busy. */
const MAX_SECONDS = 120;
/** A large file may take longer: it is read several times. */
const LEAST_BYTES_PER_SECOND = 2_000_000;
/** The bound of time for a probe. The route answers 503 when it is over. */
const MAX_PROBE_SECONDS = 20;
/** How often a file is tried whose conversion ends without a documented code. */
const TRIES = 2;

/** What became of a file. */
export interface Tried {
  /** Bytes of the file. */
  size: number;
  /** The answer to an upload. Files that the gateway refuses have `415 not_media` or `400 empty_file`. */
  answer: string;
  /** The answer to a probe, where the file was probed. */
  probed?: string | undefined;
  attempts: number;
  seconds: number;
  /** Seconds of the MP3, where there is one. */
  mp3Seconds: number;
  crashes: Crash[];
  /** What is wrong. Empty where all is well. */
  faults: string[];
}

export interface TryOptions {
  grounds: Grounds;
  tools: Tools;
  documented: Documented;
  takeCrashes(): Crash[];
  signal: AbortSignal;
}

/** Uploads, converts and probes a file as the services do, in a private folder, and asks the witnesses. */
export async function tryFile(file: HostileFile, content: Content, options: TryOptions): Promise<Tried> {
  const { grounds, tools, documented, takeCrashes } = options;
  const folder = await mkdtemp(join(grounds.spool, 'attempt-'));
  try {
    const path = join(folder, INPUT);
    await writeContent(path, content);
    const { size } = await stat(path);
    const begun = performance.now();
    const refusal = refusalOf(content);
    // Playlists have to be harmless to the converter as well, should the gateway ever take them.
    if (refusal !== undefined && file.kind !== 'text') return { ...nothingDone(size), answer: refusal };
    const { converted, attempts } = await convertUntilDocumented(file, folder, options);
    const outputs: (Uint8Array | string)[] = [converted.text, ...converted.mp3];
    const faults = faultsOf(converted, documented, 'mp3');
    if (converted.made) faults.push(...soundFaults(converted.made, size, file.options));
    if (attempts === TRIES) faults.push(`no attempt ends: ${converted.internal ?? converted.code}`);
    let probed: Answer | undefined;
    if (file.isProbed && size > 0) {
      probed = await probeInTime(tools, folder, { file, size, signal: options.signal });
      faults.push(...probeFaults(file, probed, documented));
      outputs.push(probed.text);
    }
    if (outputs.some((output) => typeof output === 'string' && output.includes(folder)))
      faults.push('an answer tells the private folder');
    if (!(await isAsBefore(path, content))) faults.push('the file itself was changed');
    faults.push(...(await grounds.takeFaults(outputs)));
    const seconds = (performance.now() - begun) / 1000;
    const answer = refusal ?? converted.code;
    const mp3Seconds = converted.made?.seconds ?? 0;
    return {
      ...{ size, answer, probed: probed?.code, attempts, seconds, mp3Seconds },
      ...{ crashes: takeCrashes(), faults },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files whose probe may take too long on a busy machine: of very many tags or chapters, or with a large hole. */
const SLOW_PROBES = /^(100,000 texts of ID3|Matroska with 50?,000 (tags|chapters)|sparse .*)$/;
const TOO_SLOW = '503 unavailable';

function probeFaults({ name }: HostileFile, probed: Answer, documented: Documented): string[] {
  if (probed.code === TOO_SLOW && SLOW_PROBES.test(name)) return [];
  const faults = faultsOf(probed, documented, 'described');
  return [...faults, ...(probed.internal === undefined ? [] : [probed.internal])].map(
    (fault) => `probe: ${fault}`,
  );
}

const nothingDone = (size: number) => ({
  ...{ size, attempts: 0, seconds: 0, mp3Seconds: 0 },
  ...{ crashes: [], faults: [] },
});

/** What the gateway answers to the upload, or undefined where it takes the file. */
function refusalOf(content: Content): string | undefined {
  const head = content instanceof Uint8Array ? content : content.head;
  if (head.length === 0) return '400 empty_file';
  // The search goes on behind padding, as long as that may be; what is read here is never less.
  return looksLikeMedia(head.subarray(0, Math.max(HEAD_BYTES, 1024 ** 2))) ? undefined : '415 not_media';
}

async function convertUntilDocumented(
  { options }: HostileFile,
  folder: string,
  { tools, signal }: TryOptions,
): Promise<{ converted: Converted; attempts: number }> {
  const { size } = await stat(join(folder, INPUT));
  const maxSeconds = Math.round(MAX_SECONDS + size / LEAST_BYTES_PER_SECOND);
  for (let attempts = 1; ; attempts++) {
    const timeoutSignal = AbortSignal.timeout(maxSeconds * 1000);
    const converted = await convertOnce(tools, folder, {
      options,
      signal: AbortSignal.any([signal, timeoutSignal]),
    });
    signal.throwIfAborted();
    if (timeoutSignal.aborted) {
      const internal = `it took longer than ${maxSeconds} s`;
      return { converted: { ...converted, code: 'too slow', internal }, attempts };
    }
    if (converted.code !== 'error' || attempts === TRIES) return { converted, attempts };
    await removeResults(folder);
  }
}

/** A new attempt begins with a new folder. */
async function removeResults(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name !== INPUT) await rm(join(folder, name), { recursive: true, force: true });
}

/** A probe that takes too long is answered with 503. */
async function probeInTime(
  tools: Tools,
  folder: string,
  { file, size, signal }: { file: HostileFile; size: number; signal: AbortSignal },
): Promise<Answer> {
  const timeoutSignal = AbortSignal.timeout(MAX_PROBE_SECONDS * 1000);
  const both = AbortSignal.any([signal, timeoutSignal]);
  const answer = await probeOnce(tools, folder, { options: file.options, size, signal: both });
  signal.throwIfAborted();
  if (!timeoutSignal.aborted) return answer;
  const internal = `it took longer than ${MAX_PROBE_SECONDS} s`;
  return { code: TOO_SLOW, text: '', warnings: [], sentences: [], internal };
}

/** A file with a hole is too large to be compared. */
async function isAsBefore(path: string, content: Content): Promise<boolean> {
  if (!(content instanceof Uint8Array)) return (await stat(path)).size === content.size;
  return (await readFile(path)).equals(content);
}
