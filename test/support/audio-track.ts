import type { AudioTrack } from '../../services/converter/ffmpeg/probe.ts';

/** One second of stereo at 44.1 kHz, apart from the given fields. */
export const audioTrack = (fields: Partial<AudioTrack> = {}): AudioTrack => ({
  index: 0,
  sampleRate: 44_100,
  channels: 2,
  expectedSeconds: 1,
  expectedOf: 'track',
  isLengthStated: true,
  ...fields,
});
