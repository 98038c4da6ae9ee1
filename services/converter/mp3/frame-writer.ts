import { type FileHandle, open } from 'node:fs/promises';
import { createReservoirPacker } from './bit-reservoir.ts';
import { crc16 } from './crc16.ts';
import type { Frame, FrameFile } from './frame-reader.ts';
import { TOC_ENTRIES, writeInfoTag } from './xing-tag.ts';

const RATE_BYTE = 2;

export interface FrameWriter {
  write(frames: readonly Frame[]): Promise<void>;
  /** Completes the Info tag. `padding` is in samples, as the tag of the last part states it. */
  end(padding: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes an MP3 of `frames` frames that starts like `model`: with its ID3 tag, its Info tag and its encoder's delay.
 * The frames come without a bit reservoir and leave with one.
 */
export async function createFrameWriter(
  path: string,
  model: FrameFile,
  frames: number,
): Promise<FrameWriter> {
  const file = await open(path, 'w', 0o600);
  const packer = createReservoirPacker();
  const info = Buffer.from(model.info.bytes);
  const offsets: number[] = [];
  const rates = new Set<number>();
  let bytes = info.length;
  let written = 0;
  let crc = 0;

  async function append(made: readonly Buffer[]): Promise<void> {
    for (const frame of made) {
      while (offsets.length < TOC_ENTRIES && written >= (offsets.length * frames) / TOC_ENTRIES) {
        offsets.push(bytes);
      }
      rates.add((frame[RATE_BYTE] ?? 0) >>> 4);
      bytes += frame.length;
      written += 1;
    }
    const block = Buffer.concat(made);
    crc = crc16(block, crc);
    await writeAll(file, block);
  }

  try {
    await copyStart(file, model);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    write: (next) => append(next.flatMap((frame) => packer.push(frame.bytes, frame.header))),
    async end(padding) {
      await append(packer.end());
      const fields = { frames: written, delay: model.tag.delay, padding, bytes, crc, offsets };
      writeInfoTag(info, model.info.header, { ...fields, variable: rates.size > 1 });
      await writeAll(file, info, model.id3Bytes);
    },
    close: () => file.close(),
  };
}

/** The ID3 tag, and the Info tag as a placeholder. */
async function copyStart(file: FileHandle, { path, id3Bytes, info }: FrameFile): Promise<void> {
  const source = await open(path);
  try {
    const { buffer } = await source.read(Buffer.alloc(id3Bytes), 0, id3Bytes, 0);
    await writeAll(file, Buffer.concat([buffer, info.bytes]));
  } finally {
    await source.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position?: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const at = position === undefined ? null : position + done;
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}
