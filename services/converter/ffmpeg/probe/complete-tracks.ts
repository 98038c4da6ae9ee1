import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { INPUT } from '../untrusted-input.ts';
import { matroskaAudioTracks } from './matroska-tracks.ts';
import { encryptedMp4Tracks } from './mp4-encryption.ts';
import { type ReadAt, readerOf } from './read-at.ts';
import { scrambledStreams } from './scrambled-streams.ts';
import type { SourceTrack } from './source-track.ts';

/**
 * Adds to the tracks what ffmpeg does not say about them: whether they are encrypted, and Matroska's flag «enabled».
 *
 * @param folder holds `INPUT`.
 * @param formatName ffmpeg's name of the container.
 */
export async function completeTracks(
  tracks: readonly SourceTrack[],
  folder: string,
  formatName: string,
): Promise<void> {
  await using file = await open(join(folder, INPUT));
  const read = readerOf(file);
  if (/\bmov\b/.test(formatName)) {
    markEncrypted(tracks, await encryptedMp4Tracks(read, (await file.stat()).size));
  } else if (/\bmatroska\b/.test(formatName)) {
    await completeMatroska(tracks, read);
  } else if (formatName === 'mpegts') {
    markEncrypted(tracks, await scrambledStreams(read));
  }
}

/** @param ids of the encrypted streams within the container. */
function markEncrypted(tracks: readonly SourceTrack[], ids: ReadonlySet<number>): void {
  for (const track of tracks) {
    if (track.id !== undefined && ids.has(track.id)) track.isEncrypted = true;
  }
}

async function completeMatroska(tracks: readonly SourceTrack[], read: ReadAt): Promise<void> {
  const audio = tracks.filter(({ type }) => type === 'audio');
  const entries = await matroskaAudioTracks(read);
  // Otherwise it is unknown which entry belongs to which track.
  if (entries.length !== audio.length) return;
  for (const [place, track] of audio.entries()) {
    const { codecId = '', isEnabled = true, isEncrypted = false } = entries[place] ?? {};
    track.isDisabled ||= !isEnabled;
    track.isEncrypted ||= isEncrypted;
    if (track.codec === 'unknown')
      track.codec = track.codecTitle = codecId.replace(/[^\x20-\x7e]/g, '').slice(0, 32);
  }
}
