import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Python } from '../../polyglot/python-packages.ts';
import type { SampleRange } from '../../support/join-noise.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'rate.py');
const TIMEOUT_MS = 10 * 60_000;

/** The sample rate of each mode, in Hz. */
export const MODES = { audio: 48_000, speech: 16_000 };

/** ViSQOL rates one patch of 0.66 s in a window of 0.96 s, which is the shortest one that it takes in its audio mode. */
const WINDOW_SECONDS = 0.96;
/** Where the middle of the patch is in that window, in seconds. */
const PATCH_MIDDLE_SECONDS = 0.61;

/** The MOS-LQO of both decodings of a sound, or null for silence, which has none. */
const scores = z
  .tuple([z.number().min(1).max(5), z.number().min(1).max(5)])
  .or(z.tuple([z.null(), z.null()]));
const channelScores = z.array(z.object({ whole: scores, windows: z.array(scores) })).min(1);

export type Scores = z.infer<typeof scores>;

/** The scores of a channel, as a whole and of each window in which the decodings differ. */
export type ChannelScores = z.infer<typeof channelScores>[number];

export interface RatedSound {
  mode: keyof typeof MODES;
  channels: number;
  /** Paths of raw samples as 32-bit floats at the rate of the mode. */
  original: string;
  first: string;
  second: string;
  /** What else is rated than the whole sound. */
  windows: readonly SampleRange[];
}

/** Rates two decodings of a sound by ViSQOL. Returns the scores of each channel. */
export async function rate(
  { windows, ...sound }: RatedSound,
  { python, folder, signal }: { python: Python; folder: string; signal: AbortSignal },
): Promise<ChannelScores[]> {
  const request = join(folder, 'visqol.json');
  const ranges = windows.map(({ from, to }) => [from, to]);
  await writeFile(request, JSON.stringify({ ...sound, rate: MODES[sound.mode], windows: ranges }));
  try {
    const { stdout } = await run(python.program, [script, request], {
      env: {
        PATH: process.env.PATH,
        PYTHONPATH: python.packages,
        PYTHONDONTWRITEBYTECODE: '1',
        HOME: folder,
      },
      ...{ signal, timeout: TIMEOUT_MS },
    });
    return readScores(stdout);
  } finally {
    await rm(request, { force: true });
  }
}

/** Reads what rate.py prints. Throws where that is something else than scores from 1 to 5. */
export const readScores = (text: string): ChannelScores[] => channelScores.parse(JSON.parse(text));

/** The window whose rated patch has the middle of a range of samples in its middle, at the rate of the audio mode. */
export function windowRound({ from, to }: SampleRange, sampleRate: number): SampleRange {
  const middle = (from + to) / 2 / sampleRate;
  const begin = Math.round((middle - PATCH_MIDDLE_SECONDS) * MODES.audio);
  return { from: begin, to: begin + Math.round(WINDOW_SECONDS * MODES.audio) };
}

/** The largest difference between both decodings; 0 where nothing has a score. */
export const worstDifference = (all: readonly Scores[]): number =>
  Math.max(0, ...all.map(([first, second]) => Math.abs((first ?? 0) - (second ?? 0))));
