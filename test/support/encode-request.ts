import type { EncodeRequest } from '../../services/converter/ffmpeg/encode-request.ts';
import { untrustedInput } from '../../services/converter/ffmpeg/untrusted-input.ts';
import { audioTrack } from './audio-track.ts';
import { ffmpeg } from './tools.ts';

/** A request to encode one second of stereo at 44.1 kHz at quality 2, apart from the given fields. */
export const encodeRequest = (fields: Partial<EncodeRequest> = {}): EncodeRequest => ({
  ffmpeg,
  folder: '.',
  audio: audioTrack(),
  filmStartSeconds: 0,
  inputArguments: untrustedInput,
  inputBytes: 100_000,
  options: { quality: 2 },
  limits: { maxDurationSeconds: 3600, maxConvertSeconds: 240 },
  signal: new AbortController().signal,
  onTime: () => undefined,
  ...fields,
});
