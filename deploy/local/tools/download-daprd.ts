import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cacheDir } from '../../process/cache-dir.ts';
import { type Report, run } from '../../process/run.ts';

/** Where the Dapr project publishes its releases, each in a folder of its version. */
const RELEASES = 'https://github.com/dapr/dapr/releases/download';
/** A download ends when this many ms pass without a byte. */
const SILENCE_MS = 20_000;
const REPORT_MS = 2_000;
/** A checksum file is a line. */
const CHECKSUM_BYTES = 1_000;
/** The archive has about 80 MB. A server that sends without end must not fill the disk. */
const ARCHIVE_BYTES = 500e6;
const DOWNLOAD_MS = 30 * 60_000;
const MAX_REDIRECTS = 5;

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The archive of the release for this machine. Undefined where there is none that we use. */
export function archiveFor(platform: NodeJS.Platform, arch: NodeJS.Architecture): string | undefined {
  const system = SYSTEMS[platform];
  const architecture = ARCHITECTURES[arch];
  return system && architecture && `daprd_${system}_${architecture}.tar.gz`;
}

/**
 * Reads DAPRD_DOWNLOAD: `off`, or the URL of a mirror of the releases. Returns where to download from, undefined for nowhere.
 * @throws where it is neither `off` nor an https URL; http is allowed on this machine
 */
export function releasesFromEnv(value = process.env.DAPRD_DOWNLOAD): string | undefined {
  if (value === 'off') return undefined;
  if (value === undefined || value === '') return RELEASES;
  if (URL.canParse(value) && isAllowed(new URL(value))) return value.replace(/\/+$/, '');
  throw new Error('DAPRD_DOWNLOAD must be `off`, or the https URL of a mirror of the releases of Dapr.');
}

const isAllowed = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));

export interface Download {
  /** The URL under which there is a folder for each version. */
  releases: string;
  version: string;
  archive: string;
  /** Where the program is put, as a whole or not at all. */
  file: string;
  report: Report;
  signal: AbortSignal;
  /** Default: 20 s. */
  silenceMs?: number;
}

/**
 * Downloads the released daprd, compares it with the checksum file beside it (SHA-256), and unpacks it.
 * @throws where it cannot be reached, is not what the checksum says, or does not run here
 */
export async function downloadDaprd(download: Download): Promise<void> {
  const { releases, version, archive, file, report, signal } = download;
  const url = `${releases}/v${version}/${archive}`;
  const folder = mkdtempSync(path.join(cacheDir(), 'daprd-download-'));
  try {
    const expected = await readChecksum(`${url}.sha256`, download);
    const packed = path.join(folder, archive);
    const actual = await fetchFile(url, packed, download);
    if (actual !== expected) throw new Error(`${url} does not have the SHA-256 that is published beside it.`);
    const options = { what: 'Unpacking daprd', report, signal, cwd: folder, timeoutMs: 120_000 };
    await run('tar', ['-xzf', packed, 'daprd'], options);
    const program = path.join(folder, 'daprd');
    await run(program, ['--version'], { ...options, what: 'daprd --version', timeoutMs: 20_000 });
    renameSync(program, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the SHA-256 in hex that a checksum file as of sha256sum(1) begins with. */
async function readChecksum(url: string, download: Download): Promise<string> {
  const silence = createSilenceLimit(download);
  try {
    const { body } = await request(url, silence.signal);
    let text = '';
    for await (const chunk of body) {
      silence.reset();
      text += String(chunk);
      if (text.length > CHECKSUM_BYTES) break;
    }
    const [sum] = /^[\da-f]{64}\b/i.exec(text) ?? [];
    if (sum === undefined) throw new Error(`${url} contains no SHA-256.`);
    return sum.toLowerCase();
  } finally {
    silence.end();
  }
}

/** Downloads a file, and says how far it is. Returns its SHA-256 in hex. */
async function fetchFile(url: string, file: string, download: Download): Promise<string> {
  const silence = createSilenceLimit(download);
  const hash = createHash('sha256');
  try {
    const { body, bytes } = await request(url, silence.signal);
    const progress = createProgress(bytes, download);
    const watch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        silence.reset();
        hash.update(chunk);
        const isTooLarge = progress.add(chunk.length) > ARCHIVE_BYTES;
        done(isTooLarge ? new Error(`${url} is larger than ${ARCHIVE_BYTES / 1e6} MB.`) : undefined, chunk);
      },
    });
    await pipeline(body, watch, createWriteStream(file, { mode: 0o600 }), { signal: silence.signal });
    return hash.digest('hex');
  } catch (error) {
    // A stream that is aborted says only that it was.
    silence.signal.throwIfAborted();
    throw error;
  } finally {
    silence.end();
  }
}

/** Requests a file. Each place to which it is redirected has to be encrypted as well. */
async function request(url: string, signal: AbortSignal) {
  let at = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { ok, status, body, headers } = await fetch(at, { signal, redirect: 'manual' });
    if (ok && body)
      return { body: Readable.fromWeb(body), bytes: Number(headers.get('content-length')) || undefined };
    await body?.cancel();
    const location = headers.get('location');
    if (status < 300 || status > 399 || !location) throw new Error(`${url} answers with ${status}.`);
    at = new URL(location, at);
    if (!isAllowed(at)) throw new Error(`${url} leads to ${at.origin}.`);
  }
  throw new Error(`${url} is redirected more than ${MAX_REDIRECTS} times.`);
}

/** A signal that is aborted with the caller's, and when nothing has come for too long. */
function createSilenceLimit({ signal, silenceMs = SILENCE_MS }: Download) {
  const silent = new AbortController();
  const timer = setTimeout(
    () => silent.abort(new Error(`Nothing came for ${silenceMs / 1000} s.`)),
    silenceMs,
  );
  return {
    signal: AbortSignal.any([signal, silent.signal, AbortSignal.timeout(DOWNLOAD_MS)]),
    reset: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}

/** Says every two seconds how much there is. `add` returns the bytes so far. @param total bytes, where they are known */
function createProgress(total: number | undefined, { version, report }: Download) {
  const startedAt = performance.now();
  let reportedAt = startedAt;
  let count = 0;
  return {
    add(bytes: number): number {
      count += bytes;
      const now = performance.now();
      if (now - reportedAt < REPORT_MS) return count;
      reportedAt = now;
      const secondsLeft = total && ((now - startedAt) / 1000) * (total / count - 1);
      const share = total
        ? `${Math.floor((100 * count) / total)} %, ${secondsLeft?.toFixed(0)} s left`
        : `${(count / 1e6).toFixed(0)} MB`;
      report(`Downloading daprd ${version} … ${share}`);
      return count;
    },
  };
}
