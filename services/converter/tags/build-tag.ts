import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { applyOptions } from './apply-options.ts';
import { choosePicture, extractCover, type PictureResult, type PictureTools } from './extract-cover.ts';
import { extractFrame } from './extract-frame.ts';
import { canDecodePictures, NO_SANDBOX } from './film-decoders.ts';
import { mapChapters, type Timeline } from './map-chapters.ts';
import { readTags } from './read-tags.ts';
import type { SourceTags } from './source-tags.ts';
import { type Cover, coverLeftOut, coverSkipped, type TagOptions } from './tags.ts';
import { writeId3 } from './write-id3.ts';

export interface BuildTagRequest extends PictureTools {
  source: SourceTags;
  options: TagOptions;
  timeline: Timeline;
  /** Length of the film in seconds, or undefined where it is not known. */
  durationSeconds: number | undefined;
}

/**
 * Returns the ID3 tag that goes before the first frame of the MP3. It may be empty. Nothing in a file makes this fail.
 * Throws the signal's reason when aborted.
 */
export async function buildTag(request: BuildTagRequest): Promise<{ id3: Buffer; warnings: JobWarning[] }> {
  const { source, options, timeline } = request;
  const read = readTags(source);
  const { tags, warnings } = applyOptions(read.tags, options);
  const picture = await coverOf(request);
  const id3 = writeId3({ ...tags, chapters: mapChapters(tags.chapters, timeline) }, picture.cover);
  return { id3, warnings: [...(options.strip_tags ? [] : read.warnings), ...warnings, ...picture.warnings] };
}

async function coverOf(request: BuildTagRequest): Promise<{ cover?: Cover; warnings: JobWarning[] }> {
  const { source, options, durationSeconds } = request;
  if (options.cover === 'frame') {
    const { videoIndex, videoCodec = 'unknown' } = source;
    if (videoIndex === undefined)
      return { warnings: [coverSkipped('The MP3 has no cover: the file has no film.')] };
    if (!canDecodePictures(request.ffmpeg))
      return { warnings: [coverSkipped(`The MP3 has no cover: ${NO_SANDBOX}.`)] };
    const still = await extractFrame(request, { videoIndex, codec: videoCodec, durationSeconds });
    return orWarning(still, (reason) => coverSkipped(`The MP3 has no cover: ${reason}.`));
  }
  const picture = choosePicture(source.pictures);
  if (options.cover === 'none' || options.strip_tags || !picture) return { warnings: [] };
  return orWarning(await extractCover(request, picture), coverLeftOut);
}

function orWarning(
  result: PictureResult,
  toWarning: (reason: string) => JobWarning,
): { cover?: Cover; warnings: JobWarning[] } {
  if ('cover' in result) return { cover: result.cover, warnings: [] };
  return { warnings: [toWarning(result.reason)] };
}
