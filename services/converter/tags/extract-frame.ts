import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onlyDecoders } from '../ffmpeg/audio-decoders.ts';
import { runTool } from '../ffmpeg/run-tool.ts';
import { MAX_COVER_BYTES, PICTURE_LIMITS, type PictureResult, type PictureTools } from './extract-cover.ts';
import { filmDecoder } from './film-decoders.ts';

/** Longest side of a still in pixels. */
const MAX_SIDE = 1280;
/** Pixels of a frame of the film that is decoded: 8K, and some more. */
const MAX_PIXELS = 40_000_000;
const TIMEOUT_SECONDS = 60;
/** Frames among which the most typical one is chosen. All of them are in memory, about 1.2 MB each. */
const CANDIDATES = 24;
/** Mean luma, from 0 to 255, above which a frame is not black. */
const MIN_LUMA = 24;
const FILE = 'frame.jpg';

/** Where stills are looked for, as shares of the film. Titles and black frames are at its start. */
const POSITIONS = [0.1, 0.3, 0.6];

export interface FrameSource {
  /** Index of the video stream. */
  videoIndex: number;
  /** Its codec by ffmpeg's name. */
  codec: string;
  /** Length of the film in seconds, or undefined where it is not known. */
  durationSeconds: number | undefined;
}

interface Try {
  atSeconds: number;
  /** Only frames that can be decoded alone. In a film of an hour, these are decoded much faster. */
  keyFrames: boolean;
  /** Whether black frames are skipped. */
  bright: boolean;
}

/**
 * Makes a still of the film as JPEG, in its display aspect ratio and turned upright. It is a typical frame near 10 % of the
 * film, and not a black one where there is another. Throws the signal's reason when aborted.
 */
export async function extractFrame(tools: PictureTools, source: FrameSource): Promise<PictureResult> {
  const decoder = filmDecoder(source.codec);
  if (decoder === undefined) return { reason: 'the format of its picture is not one that is decoded' };
  const inputArguments = withDecoder(tools.inputArguments, decoder);
  const path = join(tools.folder, FILE);
  const deadline = performance.now() + TIMEOUT_SECONDS * 1000;
  try {
    for (const attempt of tries(source.durationSeconds)) {
      const timeoutSeconds = Math.floor((deadline - performance.now()) / 1000);
      if (timeoutSeconds < 1) return { reason: 'no still of the film was made in time' };
      const bytes = await makeStill({ ...tools, inputArguments }, source.videoIndex, attempt, timeoutSeconds);
      if (bytes) return { cover: { bytes, type: 'image/jpeg' } };
    }
    return { reason: 'no picture of the film can be decoded' };
  } finally {
    await rm(path, { force: true });
  }
}

/** Allows the one decoder, and no other, in the arguments that open the file. The last list counts. */
function withDecoder(inputArguments: readonly string[], decoder: string): string[] {
  const at = inputArguments.lastIndexOf('-i');
  return [...inputArguments.slice(0, at), ...onlyDecoders([decoder]), ...inputArguments.slice(at)];
}

function tries(durationSeconds = 0): Try[] {
  const times = durationSeconds > 0 ? POSITIONS.map((share) => share * durationSeconds) : [0];
  return [
    ...times.map((atSeconds) => ({ atSeconds, keyFrames: true, bright: true })),
    // A short film may have one key frame alone.
    { atSeconds: times[0] ?? 0, keyFrames: false, bright: true },
    { atSeconds: 0, keyFrames: false, bright: true },
    { atSeconds: 0, keyFrames: false, bright: false },
  ];
}

async function makeStill(
  { ffmpeg, folder, inputArguments, signal }: PictureTools,
  videoIndex: number,
  { atSeconds, keyFrames, bright }: Try,
  timeoutSeconds: number,
): Promise<Buffer | undefined> {
  const { code } = await runTool(
    ffmpeg,
    [
      ...['-nostdin', '-hide_banner', '-v', 'error'],
      // One thread, because each one has frames of its own in memory.
      ...['-threads', '1', '-max_pixels', String(MAX_PIXELS)],
      ...(keyFrames ? ['-skip_frame', 'nokey'] : []),
      ...['-ss', atSeconds.toFixed(3), '-t', '60', ...inputArguments],
      ...['-map', `0:${videoIndex}`, '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-vf', filters(bright, keyFrames), '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '3'],
      ...['-flags:v', '+bitexact', '-f', 'image2', '-update', '1', '-y', FILE],
    ],
    { folder, writes: [FILE], limits: PICTURE_LIMITS, signal, timeoutSeconds },
  );
  if (code !== 0) return undefined;
  const path = join(folder, FILE);
  const { size } = await stat(path);
  return size > 0 && size <= MAX_COVER_BYTES ? readFile(path) : undefined;
}

/** ffmpeg has turned the frames by then, as the file asks for. */
function filters(bright: boolean, keyFrames: boolean): string {
  const shrink = `min(1\\,min(${MAX_SIDE}/(iw*sar)\\,${MAX_SIDE}/ih))`;
  const side = (length: string) => `max(2\\,trunc(${length}*${shrink}/2)*2)`;
  return [
    // Two frames a second, so that the choice spans more than a moment.
    ...(keyFrames ? [] : ['fps=2']),
    `scale=w=${side('iw*sar')}:h=${side('ih')}:out_range=full`,
    'setsar=1',
    'format=yuvj420p',
    ...(bright
      ? ['signalstats', `metadata=mode=select:key=lavfi.signalstats.YAVG:value=${MIN_LUMA}:function=greater`]
      : []),
    `thumbnail=n=${CANDIDATES}`,
  ].join(',');
}
