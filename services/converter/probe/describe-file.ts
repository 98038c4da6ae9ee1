import type { ProbeResult } from '../../shared/jobs/probe.ts';
import type { ProbeRequest } from '../../shared/jobs/probe-request.ts';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { outputChannels } from '../../shared/mp3/output-format.ts';
import type { ConversionSpeed } from '../capacity/conversion-speed.ts';
import type { AudioTrack } from '../ffmpeg/probe/probe.ts';
import type { ProbeTools } from '../ffmpeg/probe/probe-tools.ts';
import { INPUT } from '../ffmpeg/untrusted-input.ts';
import { applyOptions } from '../tags/apply-options.ts';
import { choosePicture, extractCover } from '../tags/extract-cover.ts';
import { canDecodePictures, filmDecoder, NO_SANDBOX } from '../tags/film-decoders.ts';
import { mapChapters } from '../tags/map-chapters.ts';
import { probeTags } from '../tags/probe-tags.ts';
import { readTags } from '../tags/read-tags.ts';
import type { SourceTags } from '../tags/source-tags.ts';
import { type Cover, coverLeftOut, coverSkipped, type Tags } from '../tags/tags.ts';
import { writeId3 } from '../tags/write-id3.ts';
import { downmixWarnings } from '../transcode/conversion-warnings.ts';
import { type ExpectedMp3, expectedMp3 } from './expected-mp3.ts';
import { findSound, type Sound } from './find-sound.ts';

/** No stream has this index. */
const NO_STREAM = -1;

export interface DescribeTools extends ProbeTools {
  speed: Pick<ConversionSpeed, 'estimate'>;
}

/**
 * Says what `INPUT` is, and what its MP3 would be.
 * @throws ConversionFailure `unknown_track`; the signal's reason
 */
export async function describeFile(tools: DescribeTools, request: ProbeRequest): Promise<ProbeResult> {
  const { options } = request;
  const sound = await findSound(tools, request);
  const source = await probeTags({
    ...tools,
    inputArguments: [...sound.inputArguments, '-i', INPUT],
    audioIndex: sound.audio?.index ?? NO_STREAM,
    hasPictures: sound.hasPictures,
    formatName: sound.format,
    description: sound.description,
  });
  const mp3 = sound.audio && expectedMp3(sound.audio, sound.filmStartSeconds, options);
  const { tags, warnings: tagWarnings } = tagsOf(source, sound, { request, mp3 });
  const isWhole = request.head + request.tail === request.size;
  const picture = await coverOf(tools, { source, sound, request, isWhole });
  const id3 = writeId3(tags, picture.cover);
  const { chapters, ...texts } = tags;
  return {
    format: sound.format,
    complete: sound.complete,
    duration_seconds: sound.durationSeconds,
    tracks: sound.tracks,
    ...(sound.audio && { sound: viewOf(sound.audio) }),
    tags: texts,
    chapters: chapters.map(({ start, end, title = null }) => ({
      start_seconds: start,
      end_seconds: Number.isFinite(end) ? end : null,
      title,
    })),
    cover: picture.hasCover,
    options,
    expected: {
      size: mp3?.soundBytes === undefined ? null : id3.length + mp3.soundBytes,
      duration_seconds: mp3?.durationSeconds ?? null,
      seconds: mp3?.soundBytes === undefined ? null : timeOf(mp3.durationSeconds, tools, request),
    },
    warnings: [...downmixOf(sound, request), ...sound.warnings, ...tagWarnings, ...picture.warnings],
    error: sound.error,
  };
}

const viewOf = ({ sampleRate, channels }: AudioTrack) => ({
  sample_rate: sampleRate ?? null,
  channels: channels ?? null,
});

const timeOf = (soundSeconds: number, { speed }: DescribeTools, { options }: ProbeRequest): number =>
  Math.round(speed.estimate({ soundSeconds, isNormalized: options.normalize !== undefined }) * 10) / 10;

const downmixOf = ({ audio }: Sound, { options }: ProbeRequest): JobWarning[] =>
  audio ? downmixWarnings({ source: audio.channels, output: outputChannels(audio, options.channels) }) : [];

/** The tags of the MP3, with the chapters on its clock. */
function tagsOf(
  source: SourceTags,
  { filmStartSeconds }: Sound,
  { request: { options }, mp3 }: { request: ProbeRequest; mp3: ExpectedMp3 | undefined },
): { tags: Tags; warnings: JobWarning[] } {
  const read = readTags(source);
  const { tags, warnings } = applyOptions(read.tags, options);
  const chapters = mapChapters(tags.chapters, {
    startSeconds: filmStartSeconds,
    cut: {
      ...(options.start !== undefined && { startSeconds: options.start }),
      ...(options.end !== undefined && { endSeconds: options.end }),
    },
    lengthSeconds: mp3?.durationSeconds ?? Number.POSITIVE_INFINITY,
  });
  return {
    tags: { ...tags, chapters },
    warnings: [...(options.strip_tags ? [] : read.warnings), ...warnings],
  };
}

/** Whether there will be a still of the film, as far as it is known. */
function stillOf({ ffmpeg }: ProbeTools, { videoIndex }: SourceTags, { tracks }: Sound) {
  if (videoIndex === undefined) return { hasCover: false, warnings: [] };
  const codec = tracks.find(({ index }) => index === videoIndex)?.codec ?? 'unknown';
  if (canDecodePictures(ffmpeg)) return { hasCover: filmDecoder(codec) !== undefined, warnings: [] };
  return { hasCover: false, warnings: [coverSkipped(`The MP3 has no cover: ${NO_SANDBOX}.`)] };
}

interface CoverRequest {
  source: SourceTags;
  sound: Sound;
  request: ProbeRequest;
  isWhole: boolean;
}

/** The cover that the MP3 gets, as far as it is known: a still of the film is not made here, and a picture may be in the hole. */
async function coverOf(
  tools: ProbeTools,
  { source, sound, request: { options }, isWhole }: CoverRequest,
): Promise<{ hasCover: boolean; cover?: Cover; warnings: JobWarning[] }> {
  if (options.cover === 'frame') return stillOf(tools, source, sound);
  const picture = choosePicture(source.pictures);
  if (options.cover === 'none' || options.strip_tags || !picture) return { hasCover: false, warnings: [] };
  const inputArguments = [...sound.inputArguments, '-i', INPUT];
  const result = await extractCover({ ...tools, inputArguments }, picture);
  if ('cover' in result) return { hasCover: true, cover: result.cover, warnings: [] };
  if (!isWhole) return { hasCover: true, warnings: [] };
  return {
    hasCover: false,
    warnings: [coverLeftOut(result.reason)],
  };
}
