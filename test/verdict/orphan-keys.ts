import type { Evidence } from './evidence.ts';

/**
 * Keys of chunks, tails and manifests that are neither the video nor the MP3 of an existing job. A job that is done may still have
 * its video, unless `videosExpired`.
 */
export function orphanKeys({
  keys,
  stored,
  videosExpired = false,
}: Pick<Evidence, 'keys' | 'stored' | 'videosExpired'>): string[] {
  const live = stored.filter(({ status }) => status !== 'deleted');
  const owned = new Set(
    live.flatMap(({ status, video, audio }) =>
      videosExpired && status === 'done' ? [audio] : [video, audio],
    ),
  );
  return keys.filter((key) => {
    const blobId = blobIdOf(key);
    return blobId !== undefined && !owned.has(blobId);
  });
}

/** The id of the blob whose manifest, chunk or tail is stored under a key. */
export const blobIdOf = (key: string): string | undefined => /^(?:blob|chunk|tail):([^:]+)/.exec(key)?.[1];
