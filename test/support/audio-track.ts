import type { AudioTrack } from '../../services/converter/ffmpeg/probe/probe.ts';

/** One second of stereo at 44.1 kHz, apart from the given fields. */
export const audioTrack = (fields: Partial<AudioTrack> = {}): AudioTrack => ({
  index: 0,
  id: undefined,
  type: 'audio',
  position: 1,
  codec: 'aac',
  codecTitle: 'AAC',
  channelLayout: 'stereo',
  startSeconds: 0,
  durationSeconds: 1,
  language: null,
  title: null,
  isDefault: true,
  isDisabled: false,
  isSecondary: false,
  isEncrypted: false,
  isDecodable: true,
  hasPackets: true,
  sampleRate: 44_100,
  channels: 2,
  expectedSeconds: 1,
  expectedOf: 'track',
  isLengthStated: true,
  ...fields,
});
