import { copyFile, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from '../../services/converter/ffmpeg/encode.ts';
import { encodeInParallel } from '../../services/converter/ffmpeg/encode-in-parallel.ts';
import { INPUT, OUTPUT } from '../../services/converter/ffmpeg/untrusted-input.ts';
import { frameSamples } from '../../services/converter/mp3/frame-header.ts';
import { CONSTANT_RATE } from '../../services/converter/mp3/join-method.ts';
import { planSegments } from '../../services/converter/mp3/segments.ts';
import { audioTrack } from './audio-track.ts';
import { encodeRequest } from './encode-request.ts';
import { media } from './media.ts';
import type { SoundKind } from './sound-kinds.ts';

export interface EncodedTwice {
  /** WAV of 16 bits. */
  source: string;
  /** The MP3 of one encoder. */
  serial: string;
  /** The MP3 of several encoders. */
  parallel: string;
  /** The range of samples of the source in which each join is. */
  joins: { from: number; to: number }[];
}

/** Encodes a kind of sound at its constant bit rate by one encoder, and by `parts` side by side. */
export async function encodeTwice(
  { source: sourceOf, rate, channels, bitrate }: SoundKind,
  { folder, seconds, parts }: { folder: string; seconds: number; parts: number },
): Promise<EncodedTwice> {
  const source = await media(
    'kind.wav',
    ...['-f', 'lavfi', '-i', sourceOf(rate, seconds), '-ac', String(channels), '-c:a', 'pcm_s16le'],
  );
  const audio = { ...audioTrack(), index: 0, sampleRate: rate, channels, expectedSeconds: seconds };
  const make = async (encoder: (request: ReturnType<typeof encodeRequest>) => Promise<unknown>) => {
    const attempt = await mkdtemp(join(folder, 'attempt-'));
    await copyFile(source, join(attempt, INPUT));
    await encoder(encodeRequest({ folder: attempt, options: { bitrate }, audio, inputBytes: 1e8 }));
    return join(attempt, OUTPUT);
  };
  const serial = await make(encode);
  const parallel = await make((request) => encodeInParallel({ ...request, audio, parts }));
  const { overlap } = CONSTANT_RATE;
  const segments = planSegments({ seconds, sampleRate: rate, count: parts, overlap });
  const samples = frameSamples(rate);
  const joins = segments.slice(1).map(({ keepFrom }) => ({
    from: (keepFrom - 1) * samples,
    to: (keepFrom + overlap.compared) * samples,
  }));
  return { source, serial, parallel, joins };
}
