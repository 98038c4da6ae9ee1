import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../ffmpeg/run-tool.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { pictureType } from './picture-type.ts';
import { removePrivateData } from './private-data.ts';
import type { SourcePicture } from './source-tags.ts';
import type { Cover } from './tags.ts';

/** Players load the whole tag before they play. */
export const MAX_COVER_BYTES = 8 * 1024 * 1024;
/** Twice the bytes of a cover, so that one that is too large can be told from one that cannot be read. */
export const PICTURE_LIMITS = { fileBytes: 2 * MAX_COVER_BYTES };
const TIMEOUT_SECONDS = 60;
/** A fixed name in the private folder. */
const FILE = 'cover.bin';

export interface PictureTools {
  ffmpeg: Tool;
  /** The private folder of the attempt. */
  folder: string;
  /** Arguments that name the input, with its allow-lists: `[...untrustedInput, '-i', INPUT]`. */
  inputArguments: readonly string[];
  signal: AbortSignal;
}

/** A picture, or why there is none: a clause for the owner. */
export type PictureResult = { cover: Cover } | { reason: string };

/** Returns the picture that is the front cover, or else the first one. */
export const choosePicture = (pictures: readonly SourcePicture[]): SourcePicture | undefined =>
  pictures.find(({ kind }) => kind?.toLowerCase() === 'cover (front)') ?? pictures[0];

/**
 * Copies a picture out of the file, byte for byte. It is never decoded: decoders of pictures have had many faults, and a
 * copy loses nothing. Only metadata that tell a place, a person or a device are cut out. Throws the signal's reason when aborted.
 */
export async function extractCover(tools: PictureTools, picture: SourcePicture): Promise<PictureResult> {
  const { ffmpeg, folder, inputArguments, signal } = tools;
  const path = join(folder, FILE);
  try {
    const { code } = await runTool(
      ffmpeg,
      [
        ...['-nostdin', '-hide_banner', '-v', 'error', ...probing(picture), ...inputArguments],
        ...['-map', `0:${picture.index}`, '-c', 'copy', '-frames:v', '1'],
        ...[...muxing(picture), '-y', FILE],
      ],
      { folder, writes: [FILE], limits: PICTURE_LIMITS, signal, timeoutSeconds: TIMEOUT_SECONDS },
    );
    // Where a stream has no packet, ffmpeg exits with 0 and makes no file.
    const size = code === 0 ? (await stat(path).catch(() => undefined))?.size : undefined;
    return size ? await readCover(path, size) : { reason: 'it cannot be read' };
  } finally {
    await rm(path, { force: true });
  }
}

/** ffmpeg need not probe the file, except for the size of a GIF. The list of decoders keeps it from decoding any picture. */
const isGif = ({ codec }: SourcePicture) => codec === 'gif';
const probing = (picture: SourcePicture) => (isGif(picture) ? [] : ['-nofind_stream_info']);
/** The muxer `image2` copies every picture but GIF, which it writes anew. The muxer `data` needs to know the picture's size. */
const muxing = (picture: SourcePicture) =>
  isGif(picture) ? ['-f', 'data'] : ['-f', 'image2', '-update', '1'];

async function readCover(path: string, size: number): Promise<PictureResult> {
  if (size > MAX_COVER_BYTES) {
    return { reason: `it has ${size} bytes, and the limit is ${MAX_COVER_BYTES}` };
  }
  const bytes = await readFile(path);
  const type = pictureType(bytes);
  if (!type) return { reason: 'it is no JPEG, PNG, GIF, BMP or WebP' };
  const clean = removePrivateData(bytes, type);
  return clean ? { cover: { bytes: clean, type } } : { reason: 'it may tell where it was taken' };
}
