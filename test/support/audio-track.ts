import type { AudioTrack } from '../../services/converter/ffmpeg/probe/probe.ts';
import { sourceTrack } from './source-track.ts';

/** One second of stereo at 44.1 kHz, apart from the given fields. */
export const audioTrack = (fields: Partial<AudioTrack> = {}): AudioTrack => ({
  ...sourceTrack(),
  expectedSeconds: 1,
  expectedOf: 'track',
  isLengthStated: true,
  hasTimestamps: true,
  ...fields,
});
