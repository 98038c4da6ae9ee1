import { FrameSample } from '../frame-sample.ts';
import { StreamClock } from '../mpeg-system/stream-clock.ts';

/** What was seen of one stream so far. */
export class FilmStream {
  readonly kind: 'audio' | 'video' | 'other';
  /** ffmpeg's name, for sound. MP1, MP2 and MP3 are all `mp3` here: only their frames tell. */
  readonly codec: string | undefined;
  readonly clock = new StreamClock();
  readonly sample = new FrameSample();
  /** Number of its packets that state a time. */
  timed = 0;
  /** Packets since the last one that states a time, with that one. */
  packets = 0;

  constructor({ kind, codec }: StreamKind) {
    this.kind = kind;
    this.codec = codec;
  }
}

interface StreamKind {
  kind: FilmStream['kind'];
  codec?: string;
}

const sound = (codec: string): StreamKind => ({ kind: 'audio', codec });

/**
 * Returns what a stream is by its id, as ffmpeg understands it (`mpeg.c`). Undefined for one that ffmpeg may understand in another
 * way. The ids of private streams are those of DVD-Video.
 */
export function kindOf(id: number): StreamKind | undefined {
  if (id >= 0xe0 && id <= 0xef) return { kind: 'video' };
  if (id >= 0xc0 && id <= 0xdf) return sound('mp3');
  if (id === 0xbf || (id >= 0xbd20 && id <= 0xbd3f)) return { kind: 'other' };
  if (id >= 0xbd80 && id <= 0xbd87) return sound('ac3');
  if (id >= 0xbd88 && id <= 0xbd8f) return sound('dts');
  return id >= 0xbda0 && id <= 0xbdaf ? sound('pcm_dvd') : undefined;
}
