import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { outputChannels } from '../../shared/mp3/output-format.ts';
import { ConversionFailure } from '../failure.ts';
import { checkEncoded } from '../ffmpeg/check-encoded.ts';
import { copyFrames } from '../ffmpeg/copy-frames.ts';
import { type EarlySound, earlyResult } from '../ffmpeg/early-sound.ts';
import type { EncodeLimits, EncodeRequest } from '../ffmpeg/encode-request.ts';
import { type Probe, probe } from '../ffmpeg/probe/probe.ts';
import { maxSoundSeconds } from '../ffmpeg/sound-bounds.ts';
import type { Timeline } from '../ffmpeg/timeline.ts';
import { INPUT, OUTPUT } from '../ffmpeg/untrusted-input.ts';
import type { VerifiedMp3, VerifyOptions } from '../ffmpeg/verify.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import type { Span } from '../span.ts';
import { buildTag } from '../tags/build-tag.ts';
import { beginToProbeTags, type TagsInProgress } from '../tags/probe-tags.ts';
import { conversionWarnings, NOT_COPIED } from './conversion-warnings.ts';
import { onFileClock, timelineOf } from './film-clock.ts';
import { addCompleteness } from './judge-source.ts';
import { type MadeSound, makeSound, type ParallelTools } from './make-sound.ts';

export interface EncodedMp3 {
  /** The MP3 without its ID3 tag. */
  path: string;
  /** The tag that goes before it. It may be empty. */
  id3: Buffer;
  /** Number of processes that encoded it side by side. */
  parts: number;
  /** Whether its sound was encoded before the attempt began. */
  wasEarly: boolean;
  /** When they were joined, where there are several. */
  joined?: Span | undefined;
  /** What the owner should know about the sound. */
  warnings: JobWarning[];
  /** Checks the file to its end. Returns what its sound is like. Throws where it does not play. May run while the file is stored. */
  verify(): Promise<VerifiedMp3>;
}

export interface TranscodeRequest {
  /** The private folder of the attempt. It holds the video under the name `INPUT`, and the MP3 is made in it. */
  folder: string;
  options: ConversionOptions;
  /** The sound, where it was encoded while the video was being uploaded. */
  early?: EarlySound | undefined;
  signal: AbortSignal;
  onProbe(found: Probe): void;
  /** Gets the seconds of audio that are converted so far. */
  onTime(seconds: number): void;
}

/** Makes an MP3 of a video. Throws `ConversionFailure` where the video is at fault. */
export type Transcode = (request: TranscodeRequest) => Promise<EncodedMp3>;

export interface TranscodeTools extends ParallelTools {
  ffmpeg: Tool;
  ffprobe: Tool;
  limits: EncodeLimits;
}

export function createTranscode(tools: TranscodeTools): Transcode {
  const { ffmpeg, ffprobe, limits } = tools;
  const { maxDurationSeconds } = limits;
  return async ({ folder, options, early, signal, onProbe, onTime }) => {
    const probed = await probe({ ffmpeg, ffprobe, folder, signal }, options.track);
    onProbe(probed);
    const { size: inputBytes } = await stat(join(folder, INPUT));
    const { audio, filmStartSeconds, formatName } = probed;
    const film = { audio, filmStartSeconds, formatName, inputBytes, inputArguments: probed.inputArguments };
    const bounded = { ...limits, maxSoundSeconds: maxSoundSeconds(inputBytes, audio) };
    const wanted = { ffmpeg, folder, ...film, options, limits: bounded, signal, onTime };
    const request = { ...wanted, early: early && earlyResult(early, wanted) };
    await using tags = beginToProbeTags({ ...tools, ...request, ...tagInput(probed) });
    const made = await copyOrEncode(request, tools);
    const timeline = timelineOf(request, made);
    const tag = await tagOf(request, { tags, timeline, probed });
    const channels = { source: audio.channels, output: outputChannels(audio, options.channels) };
    const conversion = conversionWarnings({ encoded: made.encoded, timeline, channels });
    const heard = [...conversion, ...probed.warnings, ...made.warnings, ...tag.warnings];
    const warnings = await addCompleteness(heard, request, made.encoded);
    if (options.strict) requireUndamaged(warnings);
    return {
      path: join(folder, OUTPUT),
      id3: tag.id3,
      parts: made.parts,
      wasEarly: request.early !== undefined,
      joined: made.encoded.joined,
      warnings,
      verify: () => verifyMade({ ffmpeg, folder, maxDurationSeconds, signal }, made),
    };
  };
}

/** Passes MP3 sound on unchanged where that is wanted and possible, and encodes it otherwise. */
async function copyOrEncode(request: EncodeRequest, tools: TranscodeTools): Promise<MadeSound> {
  if (!request.options.copy) return makeSound(request, tools);
  const copied = await copyFrames(request);
  if (copied) return { encoded: copied, parts: 1, copied: copied.verified, warnings: [] };
  const made = await makeSound(request, tools);
  return { ...made, warnings: [...made.warnings, NOT_COPIED] };
}

async function verifyMade(
  options: VerifyOptions,
  { encoded, copied, loudness }: MadeSound,
): Promise<VerifiedMp3> {
  if (copied) return copied;
  const verified = await checkEncoded(options, encoded.measured);
  return { ...verified, sound: { ...verified.sound, ...loudness } };
}

/** What ffmpeg and ffprobe need to open `INPUT`. */
const argumentsFor = (before: readonly string[]): readonly string[] => [...before, '-i', INPUT];

const tagInput = ({ audio, inputArguments, hasPictures, description }: Probe) => ({
  inputArguments: argumentsFor(inputArguments),
  audioIndex: audio.index,
  hasPictures,
  description,
});

interface TagSource {
  tags: TagsInProgress;
  timeline: Timeline;
  probed: Pick<Probe, 'durationSeconds' | 'tracks'>;
}

async function tagOf(
  { ffmpeg, folder, inputArguments, options, signal }: EncodeRequest,
  { tags, timeline, probed: { durationSeconds, tracks } }: TagSource,
) {
  const input = { ffmpeg, folder, inputArguments: argumentsFor(inputArguments), signal };
  const source = await tags.tags();
  // In MPEG streams, the codec is known from the packets alone, which are not always read for the tags.
  const videoCodec = tracks.find(({ index }) => index === source.videoIndex)?.codec;
  return buildTag({
    ...{ ...input, options, timeline: onFileClock(timeline) },
    source: videoCodec === undefined ? source : { ...source, videoCodec },
    durationSeconds: durationSeconds ?? undefined,
  });
}

function requireUndamaged(warnings: readonly JobWarning[]): void {
  const damaged = warnings.find(({ code }) => code === 'damaged');
  if (damaged) throw new ConversionFailure('conversion_failed', damaged.detail);
}
