import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Probe, probe } from '../../../../../services/converter/ffmpeg/probe/probe.ts';
import { runTool } from '../../../../../services/converter/ffmpeg/run-tool.ts';
import { INPUT } from '../../../../../services/converter/ffmpeg/untrusted-input.ts';
import { file } from '../../../../support/media.ts';
import { tools } from '../../../../support/tools.ts';

const { signal } = new AbortController();

async function inFolder<T>(path: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-probe-'));
  try {
    await copyFile(path, join(folder, INPUT));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const probeFile = (path: string, wanted?: number | string): Promise<Probe> =>
  inFolder(path, (folder) => probe({ ...tools, folder, signal }, wanted));

/** Probes the file, and decodes and copies the chosen track as a conversion would. Returns its length in seconds too. */
export const probeAndDecode = (
  path: string,
  wanted?: number | string,
): Promise<Probe & { seconds: number }> =>
  inFolder(path, async (folder) => {
    const found = await probe({ ...tools, folder, signal }, wanted);
    const track = ['-map', `0:${found.audio.index}`];
    const decoded = [...track, '-ac', '1', '-ar', '8000', '-f', 's16le', 'pcm'];
    // ffmpeg refuses to copy a track whose sample rate it has not found.
    const copied = [...track, '-c', 'copy', '-f', 'framecrc', 'packets'];
    const args = ['-nostdin', '-v', 'error', ...found.inputArguments, '-i', INPUT, ...decoded, ...copied];
    const { code, stderr } = await runTool(tools.ffmpeg, args, { folder, signal, timeoutSeconds: 240 });
    assert.equal(code, 0, stderr);
    return { ...found, seconds: (await readFile(join(folder, 'pcm'))).length / 2 / 8000 };
  });

/** A copy of the file whose bytes were changed. `name` tells different edits of one file apart. */
export async function edited(
  path: string,
  name: string,
  edit: (bytes: Buffer) => Buffer | undefined,
): Promise<string> {
  const bytes = await readFile(path);
  const result = edit(bytes) ?? bytes;
  return await file(name, result);
}

/** Replaces text everywhere in the file by text of the same length. Throws if it is not there. */
export const replaced = (path: string, ...pairs: [from: string, to: string][]): Promise<string> =>
  edited(path, pairs.flat().join('-').replace(/\W/g, '_'), (bytes) => {
    let text = bytes.toString('latin1');
    for (const [from, to] of pairs) {
      if (from.length !== to.length || !text.includes(from)) throw new Error(`«${from}» cannot be replaced`);
      text = text.replaceAll(from, to);
    }
    return Buffer.from(text, 'latin1');
  });

/** The PID of a packet of a transport stream that begins at the offset. */
export const pidAt = (bytes: Buffer, offset: number): number => bytes.readUInt16BE(offset + 1) & 0x1fff;

/** Removes all packets of the given PIDs from a transport stream. */
export const withoutPids = (path: string, ...pids: number[]): Promise<string> =>
  edited(path, `without-${pids.join('-')}.ts`, (bytes) => {
    const packets = Array.from({ length: bytes.length / 188 }, (_, place) => place * 188);
    const kept = packets.filter((offset) => !pids.includes(pidAt(bytes, offset)));
    return Buffer.concat(kept.map((offset) => bytes.subarray(offset, offset + 188)));
  });

/** Replaces Matroska's `CodecPrivate` of the track at this place, from 0, by an element `Void`. @see RFC 9559 5.1.4.1.22 */
export const withoutCodecPrivate = (path: string, place: number): Promise<string> =>
  edited(path, `without-private-${place}.mkv`, (bytes) => {
    let offset = -1;
    for (let count = 0; count <= place; count += 1)
      offset = bytes.indexOf(Buffer.from([0x63, 0xa2]), offset + 1);
    const head = bytes[offset + 2] ?? 0;
    const isLong = head < 0x80;
    const length = isLong ? bytes.readUInt16BE(offset + 2) & 0x3fff : head & 0x7f;
    const rest = (isLong ? 2 : 1) + length;
    // A one-byte id instead of a two-byte one, so that the size takes one byte more.
    bytes[offset] = 0xec;
    if (isLong) bytes.writeUIntBE(0x200000 + length, offset + 1, 3);
    else bytes.writeUInt16BE(0x4000 + length, offset + 1);
    bytes.fill(0, offset + 2 + rest - length, offset + 2 + rest);
    return undefined;
  });
