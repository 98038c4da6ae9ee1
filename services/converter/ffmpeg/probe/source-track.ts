/** What a file says about one of its audio or video streams. */
export interface SourceTrack {
  /** Index of the stream in the file: `-map 0:<index>`. */
  index: number;
  /** The number of the stream within the container, such as the PID of a transport stream. */
  id: number | undefined;
  type: 'audio' | 'video';
  /** Position among the audio streams, from 1. Null for a video stream. */
  position: number | null;
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
  language: string | null;
  title: string | null;
  /** Whether the file marks the track as the one to play. Of an MP4, ffmpeg shows the flag «enabled» (ISO 14496-12 8.3.2). */
  isDefault: boolean;
  /** Whether the file says that the track is not to be played. */
  isDisabled: boolean;
  /** Whether it is a comment on the film, or describes the picture: not the sound of the film itself. */
  isSecondary: boolean;
  isEncrypted: boolean;
  /** Whether ffmpeg can decode it. Undefined while that is not known. */
  isDecodable: boolean | undefined;
  /** Whether it holds anything. Undefined while that is not known. */
  hasPackets: boolean | undefined;
}
