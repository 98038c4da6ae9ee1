import { type FileHandle, open } from 'node:fs/promises';
import { crc16 } from './crc16.ts';
import { type FrameHeader, RATE_BYTE } from './frame-header.ts';
import type { Frame, TaggedMp3 } from './frame-reader.ts';
import { TOC_ENTRIES, writeXingTag } from './xing-tag.ts';

/** Brings the frames of the parts into the form in which they are written. */
export interface FramePacker {
  /** Adds the next frame. Returns the frames that are complete. */
  push(frame: Buffer, header: FrameHeader): Buffer[];
  /** Ends the stream. Returns the remaining frames. */
  end(): Buffer[];
}

export interface FrameWriter {
  write(frames: readonly Frame[]): Promise<void>;
  /** Completes the Xing tag. `padding` is in samples, as the tag of the last part states it. */
  end(padding: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates an MP3 of `frames` frames that starts like `model`: with its ID3 tag, its Xing tag and its encoder's delay. The
 * frames are written as the packer returns them.
 */
export async function createFrameWriter(
  path: string,
  model: TaggedMp3,
  { frames, packer }: { frames: number; packer: FramePacker },
): Promise<FrameWriter> {
  const file = await open(path, 'w', 0o600);
  const tagFrame = Buffer.from(model.tagFrame.bytes);
  const offsets: number[] = [];
  const rates = new Set<number>();
  let bytes = tagFrame.length;
  let written = 0;
  let crc = 0;

  async function append(packed: readonly Buffer[]): Promise<void> {
    for (const frame of packed) {
      while (offsets.length < TOC_ENTRIES && written >= (offsets.length * frames) / TOC_ENTRIES) {
        offsets.push(bytes);
      }
      rates.add((frame[RATE_BYTE] ?? 0) >>> 4);
      bytes += frame.length;
      written += 1;
    }
    const block = Buffer.concat(packed);
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
      writeXingTag(tagFrame, model.tagFrame.header, { ...fields, variable: rates.size > 1 });
      await writeAll(file, tagFrame, model.id3Bytes);
    },
    close: () => file.close(),
  };
}

/** Copies the ID3 tag, and the Xing tag as a placeholder. */
async function copyStart(file: FileHandle, { path, id3Bytes, tagFrame }: TaggedMp3): Promise<void> {
  const source = await open(path);
  try {
    const { buffer } = await source.read(Buffer.alloc(id3Bytes), 0, id3Bytes, 0);
    await writeAll(file, Buffer.concat([buffer, tagFrame.bytes]));
  } finally {
    await source.close();
  }
}

/** Writes at the position, or else at the end of what was written so far. */
async function writeAll(file: FileHandle, bytes: Buffer, position?: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const at = position === undefined ? null : position + done;
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}
