import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { planSmallerFile } from '../../services/gateway/sound/plan-sound.ts';
import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import { convertFile } from './converted.ts';
import { openFile } from './local-file.ts';

/** What becomes of a film that is sent whole, and of its sound alone. */
export interface ComparedSound {
  filmBytes: number;
  /** Undefined where there is no plan, so that the film is sent whole. The other fields say nothing then. */
  sentBytes: number | undefined;
  /** Position of the audio track that the plan states. */
  track: number | undefined;
  planMs: number;
  /** What is not the same. Empty if the sound alone is as good as the film. */
  differences: string[];
  /** The failure of the film's conversion, if any. */
  failure: string | undefined;
}

/**
 * Plans the sound of a film, converts both files with the real converter, and compares everything that their owner sees: the MP3
 * byte by byte, warnings, lengths, tracks, or the failure.
 */
export async function compareSound(path: string, options: ConversionOptions = {}): Promise<ComparedSound> {
  await using film = await openFile(path);
  const started = performance.now();
  const query = options.track === undefined ? {} : { track: String(options.track) };
  const plan = await planSmallerFile(film, query, new AbortController().signal);
  const planMs = performance.now() - started;
  const found = { filmBytes: film.size, sentBytes: plan?.file.size, track: plan?.track, planMs };
  if (!plan) return { ...found, differences: [], failure: undefined };
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-sound-'));
  const smaller = join(folder, 'sound');
  try {
    await writeFile(smaller, await plan.file.read(0, plan.file.size));
    const [whole, sound] = [await outcomeOf(path, options), await outcomeOf(smaller, options)];
    const differences = Object.keys(whole)
      .filter((key) => !isDeepStrictEqual(whole[key], sound[key]))
      .map(
        (key) =>
          `${key}: ${JSON.stringify(whole[key])} of the film, ${JSON.stringify(sound[key])} of its sound`,
      );
    if (whole.selected !== undefined && whole.selected !== plan.track)
      differences.push(`track ${plan.track} is planned, and track ${whole.selected} is converted`);
    return { ...found, differences, failure: whole.failure as string | undefined };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function outcomeOf(path: string, options: ConversionOptions): Promise<Record<string, unknown>> {
  try {
    await using converted = await convertFile(path, options);
    const { tracks = [], durationSeconds } = converted.probed ?? {};
    return {
      failure: undefined,
      mp3: createHash('sha256')
        .update(await readFile(converted.path))
        .digest('hex'),
      warnings: converted.warnings,
      durationSeconds,
      // A sound track that is left out has no samples, by whose times ffmpeg would tell its length. And where ffmpeg sees no packet
      // of the sound at the start of the film, it guesses the length from that of the film, to some microseconds.
      tracks: tracks.map(({ duration_seconds, ...track }) =>
        track.type === 'video' || track.selected
          ? { ...track, duration: duration_seconds && Math.round(duration_seconds * 1000) }
          : track,
      ),
      selected: tracks.find(({ selected }) => selected)?.position,
    };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === undefined) throw error;
    return { failure: code, detail: message };
  }
}
