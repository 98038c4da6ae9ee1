import { z } from 'zod';
import type { Source } from '../../shared/jobs/job.ts';
import { ConversionFailure } from '../failure.ts';
import { runTool } from './run-tool.ts';
import { INPUT, untrustedInput } from './untrusted-input.ts';

const TIMEOUT_SECONDS = 60;
const MAX_TRACKS = 32;
const MAX_TEXT = 32;

/** Containers that state their length in advance. A truncated file can be recognized only for these. */
const STATES_LENGTH = /\b(mov|matroska|avi|flv|asf|flac)\b/;

const durationSeconds = z.coerce.number().positive().optional().catch(undefined);
const text = z
  .string()
  .transform((value) => value.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_TEXT))
  .optional()
  .catch(undefined);

const stream = z.object({
  index: z.number().int(),
  codec_type: z.string().optional(),
  codec_name: text,
  duration: durationSeconds,
  start_time: z.coerce.number().optional().catch(undefined),
  channel_layout: text,
  sample_rate: z.coerce.number().int().positive().optional().catch(undefined),
  channels: z.number().int().positive().optional().catch(undefined),
  disposition: z.object({ attached_pic: z.number().optional() }).optional(),
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
});
type Stream = z.output<typeof stream>;

const report = z.object({
  streams: z.array(stream).default([]),
  format: z.object({ format_name: z.string().default(''), duration: durationSeconds }),
});

export interface Probe {
  /** The length that the file states for itself. */
  duration_seconds: number | null;
  tracks: NonNullable<Source['tracks']>;
  audio: AudioTrack;
  /** The time at which the film begins on the clock of its container, in seconds. */
  filmStartSeconds: number;
  /** Allow-lists and limits for every run of ffmpeg over this file. They stand before `-i`. */
  inputArguments: readonly string[];
}

/** The track that becomes the MP3: the first audio track. */
export interface AudioTrack {
  index: number;
  sampleRate: number | undefined;
  channels: number | undefined;
  /** The layout as ffprobe names it. Undefined where the file states none. */
  channelLayout?: string | undefined;
  /** The time of the first packet on the clock of the container, in seconds. */
  startSeconds?: number | undefined;
  /** Expected length of the MP3. Undefined where the file states none, as in a browser's recording. */
  expectedSeconds: number | undefined;
  /** Whether `expectedSeconds` is the length of the track, or that of the file, where another track may be longer. */
  expectedOf: 'track' | 'file';
  /** Whether the length was written before the content, so that a shorter content means a truncated file. */
  isLengthStated: boolean;
}

const SHOWN = [
  'format=format_name,duration',
  'stream=index,codec_type,codec_name,start_time,duration,sample_rate,channels,channel_layout',
  'stream_tags=language,DURATION',
  'stream_disposition=attached_pic',
].join(':');

/** Reads the metadata of {@link INPUT}. Throws {@link ConversionFailure} for a file that can never become an MP3. */
export async function probe(ffprobe: string, folder: string, signal: AbortSignal): Promise<Probe> {
  const shape = ['-v', 'error', '-of', 'json', '-show_entries', SHOWN];
  const result = await runTool(ffprobe, [...shape, ...untrustedInput, '-i', INPUT], {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  const cause = new Error(`ffprobe: ${result.code ?? result.killedBy}: ${result.stderr}`);
  // The file, our own limits or the kernel killed ffprobe. It counts as an attempt, since the file is the likely cause.
  if (result.killedBy) throw cause;
  if (/moov atom not found/.test(result.stderr)) {
    throw new ConversionFailure('truncated', 'the end of the file, which holds its index, is missing', cause);
  }
  if (result.code !== 0) throw new ConversionFailure('not_media', 'this is not a video or audio file', cause);
  const { streams, format } = report.parse(JSON.parse(result.output));
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  if (!audio) throw new ConversionFailure('no_audio', 'the file has no sound');
  const track = audioTrack(audio, format);
  return {
    duration_seconds: format.duration ?? null,
    tracks: tracksOf(streams, audio.index),
    audio: track,
    filmStartSeconds: filmStart(streams),
    inputArguments: untrustedInput,
  };
}

/** The least start of a track. A slightly negative one is only the priming of an encoder. */
function filmStart(streams: Stream[]): number {
  const starts = streams
    .filter(
      ({ codec_type, disposition }) => /^(audio|video)$/.test(codec_type ?? '') && !disposition?.attached_pic,
    )
    .flatMap(({ start_time }) => (start_time === undefined ? [] : [start_time]));
  const least = starts.length === 0 ? 0 : Math.min(...starts);
  return least < 0 && least > -0.2 ? 0 : least;
}

/** The failure of a video whose sound is longer than the limit. */
export const tooLong = (maxSeconds: number) =>
  new ConversionFailure('too_long', `the file lasts longer than ${Math.floor(maxSeconds / 60)} minutes`);

function audioTrack(audio: Stream, format: z.output<typeof report>['format']): AudioTrack {
  const own = ownDuration(audio);
  return {
    index: audio.index,
    sampleRate: audio.sample_rate,
    channels: audio.channels,
    channelLayout: audio.channel_layout,
    startSeconds: audio.start_time,
    expectedSeconds: own ?? format.duration,
    expectedOf: own === undefined ? 'file' : 'track',
    isLengthStated: STATES_LENGTH.test(format.format_name),
  };
}

function tracksOf(streams: Stream[], selected: number): Probe['tracks'] {
  const tracks: Probe['tracks'] = [];
  for (const item of streams) {
    const { index, codec_type: type, codec_name: codec = 'unknown', disposition, tags } = item;
    if ((type !== 'audio' && type !== 'video') || disposition?.attached_pic) continue;
    const tag = text.parse(tags?.language);
    // `und` is the code of ISO 639-2 for «undetermined».
    const language = tag && tag !== 'und' ? tag : null;
    tracks.push({
      ...{ index, type, codec, duration_seconds: ownDuration(item) ?? null, language },
      ...{ position: null, title: null, channels: item.channels ?? null, selected: index === selected },
    });
  }
  return tracks.slice(0, MAX_TRACKS);
}

/** Matroska keeps a track's length in a tag: `00:10:00.021000000`. */
function ownDuration({ duration, tags }: Stream): number | undefined {
  if (duration !== undefined) return duration;
  const [, hours, minutes, seconds] = /^(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tags?.DURATION ?? '') ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return total > 0 ? total : undefined;
}
