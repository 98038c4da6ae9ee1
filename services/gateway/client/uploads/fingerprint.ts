import { createSHA256 } from 'hash-wasm';
import type { LocalFile } from '../../sound/local-file.ts';

const SAMPLE_BYTES = 64 * 1024;

export interface FingerprintedUpload {
  /** Of the gateway. */
  url: string;
  /** Whose upload it is. */
  account: string | undefined;
  /** Of the film on this machine. */
  identity: string;
  /** Parameters of the upload, such as the options and the file name. */
  parameters: Record<string, string>;
  /** What is sent: the film, or the part of it that was planned. */
  file: LocalFile;
}

/**
 * Identifies an upload across runs, as 64 hexadecimal digits. The fingerprint also covers samples of what is sent, because a
 * later version of this program may plan other bytes for the same film. One upload must not hold bytes of both plans.
 */
export async function fingerprintOf(upload: FingerprintedUpload): Promise<string> {
  const { url, account, identity, parameters, file } = upload;
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = await createSHA256();
  hash.init().update(JSON.stringify([url, account ?? null, identity, sorted, file.size]));
  for (const start of sampleStarts(file.size)) {
    hash.update(await file.read(start, Math.min(file.size, start + SAMPLE_BYTES)));
  }
  return hash.digest('hex');
}

/** The beginning, the middle and the end. */
const sampleStarts = (size: number): number[] => [
  0,
  Math.max(0, Math.floor((size - SAMPLE_BYTES) / 2)),
  Math.max(0, size - SAMPLE_BYTES),
];
