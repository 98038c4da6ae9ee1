import type { TrackTraits } from '../../../shared/tracks/rank.ts';

/** What a file says about one of its audio or video streams. */
export interface SourceTrack extends TrackTraits {
  /** Index of the stream in the file: `-map 0:<index>`. */
  index: number;
  /** The number of the stream within the container, such as the PID of a transport stream. */
  id: number | undefined;
  type: 'audio' | 'video';
  /** ffmpeg's name of the codec, such as `aac`. The four-character code where ffmpeg does not know the codec. */
  codec: string;
  /** The codec's name for people. */
  codecTitle: string;
  /** Hz. */
  sampleRate: number | undefined;
  channels: number | undefined;
  /** ffmpeg's name of the layout, such as `5.1(side)`. Undefined where the file states none. */
  channelLayout: string | undefined;
  /** Where the track begins, on the clock of the file. */
  startSeconds: number | undefined;
  /** The length that the file states for the track, from its own beginning. In Matroska, its end on the clock of the file. */
  durationSeconds: number | undefined;
  title: string | null;
  isEncrypted: boolean;
  /** Whether ffmpeg can decode it. Undefined while that is not known. */
  isDecodable: boolean | undefined;
  /** Whether it holds anything. Undefined while that is not known. */
  hasPackets: boolean | undefined;
}
