import type { SourceTrack } from '../../services/converter/ffmpeg/probe/source-track.ts';

/** A stereo track in AAC at 44.1 kHz, apart from the given fields. */
export const sourceTrack = (fields: Partial<SourceTrack> = {}): SourceTrack => ({
  index: 0,
  id: undefined,
  type: 'audio',
  position: 1,
  codec: 'aac',
  codecTitle: 'AAC',
  sampleRate: 44_100,
  channels: 2,
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
  ...fields,
});
