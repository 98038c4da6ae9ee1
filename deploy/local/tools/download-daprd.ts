import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../process/cache-dir.ts';
import { downloadFile, downloadText, isProtected } from '../../process/download.ts';
import { type Report, run } from '../../process/run.ts';

/** Where the Dapr project publishes its releases, each in a folder of its version. */
const RELEASES = 'https://github.com/dapr/dapr/releases/download';
/** An archive has about 80 MB, and a checksum file is a line. */
const ARCHIVE_BYTES = 500e6;
const CHECKSUM_BYTES = 1_000;

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
  if (URL.canParse(value) && isProtected(new URL(value))) return value.replace(/\/+$/, '');
  throw new Error('DAPRD_DOWNLOAD must be `off`, or the https URL of a mirror of the releases of Dapr.');
}

export interface DaprdDownload {
  /** The URL under which there is a folder for each version. */
  releases: string;
  version: string;
  archive: string;
  /** Where the program is put, as a whole or not at all. */
  file: string;
  report: Report;
  signal: AbortSignal;
  /** How many ms may pass without a byte. Default: 20,000. */
  silenceMs?: number;
}

/**
 * Downloads the released daprd, compares it with the checksum file beside it (SHA-256), and unpacks it. The checksum detects
 * damage. Only the TLS certificate of the server vouches for the origin, as with `dapr init`.
 * @throws where it cannot be reached, is not what the checksum says, or does not run here
 */
export async function downloadDaprd(download: DaprdDownload): Promise<void> {
  const { releases, version, archive, file, report, signal, silenceMs } = download;
  const url = `${releases}/v${version}/${archive}`;
  const bounds = { signal, silenceMs };
  const folder = mkdtempSync(path.join(cacheDir(), 'daprd-download-'));
  try {
    const expected = await readChecksum(`${url}.sha256`, { ...bounds, maxBytes: CHECKSUM_BYTES });
    const packed = path.join(folder, archive);
    const actual = await downloadFile(url, packed, {
      ...{ ...bounds, maxBytes: ARCHIVE_BYTES, what: `daprd ${version}`, report },
    });
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

/** Returns the SHA-256 in hex in a checksum file in the format of sha256sum(1). */
async function readChecksum(url: string, bounds: Parameters<typeof downloadText>[1]): Promise<string> {
  const [sum] = /^[\da-f]{64}\b/i.exec(await downloadText(url, bounds)) ?? [];
  if (sum === undefined) throw new Error(`${url} contains no SHA-256.`);
  return sum.toLowerCase();
}
