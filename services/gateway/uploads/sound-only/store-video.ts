import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '../../../shared/blobs/blob-store.ts';
import { CHUNK_BYTES } from '../../../shared/blobs/chunks.ts';
import type { Blob, WriteOptions } from '../../../shared/blobs/write-blob.ts';
import type { ConversionOptions } from '../../../shared/jobs/conversion-options.ts';
import type { Kept } from '../../../shared/jobs/job-view.ts';
import { createBufferPool } from '../../../shared/runtime/buffer-pool.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { DiskFull, type Spool } from '../../../shared/runtime/spool.ts';
import { startsLikeFilm } from '../../signatures/magic-numbers.ts';
import type { SoundWriter } from './sound-writer.ts';
import { type SpoolPorts, spoolUpload } from './spool-upload.ts';

const MIB = 1024 * 1024;
/** A smaller film is stored sooner than its picture is left out. */
const MIN_FILM_BYTES = 2 * MIB;
/** What has to be free on the disk, so that films do not take it from others. */
const FREE_BYTES = 1024 * MIB;
/** Chunks of memory that are kept for the next upload. */
const KEPT_CHUNKS = 8;

export interface StoreVideoPorts {
  blobs: Pick<BlobStore, 'write'>;
  spool: Pick<Spool, 'use'>;
  soundWriter: Pick<SoundWriter, 'prepare' | 'write'>;
  /** How many bytes all films and sounds in the spool may have together. With 0, every file is stored as it arrives. */
  spoolBytes: number;
  log: Log;
}

export interface VideoToStore {
  /** Id of its blob. */
  id: string;
  /** The first bytes of the file. */
  head: Uint8Array;
  /** The whole file, from its first byte. */
  bytes: AsyncIterable<Uint8Array>;
  /** Whether all of the file has to be stored. */
  isWhole: boolean;
  /** Called when the whole file has arrived. Throws `invalid_option`. */
  options(): ConversionOptions;
}

/** What was stored. Size and SHA-256 are those of the file that was sent. */
export interface StoredVideo extends Omit<Blob, 'id'> {
  kept: Kept;
}

/**
 * Stores a file that is being uploaded. Of a film, only the sound is stored where its MP3 is certain to be the same: the film is
 * written to the disk of the gateway, its picture is left out, and the store, the network and the converter have a tenth of the work.
 * Any other file is stored while it arrives, and so is a film for which the disk has no room. Throws what `bytes` and `options` throw,
 * and what `BlobStore.write` throws.
 */
export type StoreVideo = (video: VideoToStore, options: StoreVideoOptions) => Promise<StoredVideo>;

type StoreVideoOptions = Pick<WriteOptions, 'expires'> & { signal: AbortSignal };

/** Stores every file whole, while it arrives. */
export const storeWhole =
  (blobs: StoreVideoPorts['blobs']): StoreVideo =>
  async ({ id, bytes }, options) => {
    const { size, sha256 } = await blobs.write(id, bytes, options);
    return { size, sha256, kept: 'whole' };
  };

export function createStoreVideo(ports: StoreVideoPorts): StoreVideo {
  const { blobs, spool, spoolBytes } = ports;
  const storeAsItArrives = storeWhole(blobs);
  const storeFilm = createStoreFilm(ports);
  let taken = 0;

  return async (video, options) => {
    if (video.isWhole || !startsLikeFilm(video.head) || taken >= spoolBytes)
      return storeAsItArrives(video, options);
    let own = 0;
    const takeRoom = (bytes: number): boolean => {
      // For the film, and for its sound.
      if (taken + 2 * bytes > spoolBytes) return false;
      taken += 2 * bytes;
      own += 2 * bytes;
      return true;
    };
    let hasBegun = false;
    const begin = (folder: string) => {
      hasBegun = true;
      return storeFilm(video, { ...options, folder, takeRoom });
    };
    try {
      return await spool.use(FREE_BYTES, begin);
    } catch (error) {
      if (hasBegun || !(error instanceof DiskFull)) throw error;
      return await storeAsItArrives(video, options);
    } finally {
      taken -= own;
    }
  };
}

interface FilmOptions extends StoreVideoOptions, Pick<SpoolPorts, 'takeRoom'> {
  /** A private folder for the film and its sound. */
  folder: string;
}

function createStoreFilm({ blobs, soundWriter, log }: StoreVideoPorts) {
  const pool = createBufferPool(CHUNK_BYTES, KEPT_CHUNKS);

  /** Writes the sound of the film to `output`. Returns false where the film has to be stored whole. */
  async function leavePictureOut(
    { film, output }: { film: string; output: string },
    video: VideoToStore,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { cover, track } = video.options();
    try {
      return await soundWriter.write({ film, output, options: { cover, track: track?.toString() } }, signal);
    } catch (error) {
      signal.throwIfAborted();
      log.warn(
        { err: error, blob: video.id },
        'the picture of a film could not be left out; all of it is stored',
      );
      return false;
    }
  }

  return async (
    video: VideoToStore,
    { folder, takeRoom, signal, expires }: FilmOptions,
  ): Promise<StoredVideo> => {
    soundWriter.prepare();
    const [film, output] = [join(folder, 'film'), join(folder, 'sound')];
    const spooled = await spoolUpload(video.bytes, film, { pool, takeRoom, signal });
    const { overflow, size } = spooled;
    const isSound =
      !overflow && size >= MIN_FILM_BYTES && (await leavePictureOut({ film, output }, video, signal));
    const source = overflow ?? createReadStream(isSound ? output : film, { highWaterMark: CHUNK_BYTES });
    await blobs.write(video.id, source, { expires, signal });
    return { size: spooled.size, sha256: spooled.sha256(), kept: isSound ? 'sound' : 'whole' };
  };
}
