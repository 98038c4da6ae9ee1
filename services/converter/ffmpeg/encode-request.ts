import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { MeasuredPart, SoundFormat } from '../meter/sound-meter.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import type { Span } from '../span.ts';
import type { EncodeSource } from './encode-arguments.ts';
import type { DecodedSound } from './encoder-log.ts';
import type { SoundLimits } from './filter-chain.ts';
import type { Gain } from './gain.ts';
import type { Packets } from './packet-counter.ts';
import type { AudioTrack } from './probe/probe.ts';
import type { EncoderResult } from './run-encoder.ts';

export interface EncodeLimits extends SoundLimits {
  maxConvertSeconds: number;
}

export interface EncodeRequest<Audio extends AudioTrack = AudioTrack> extends EncodeSource {
  ffmpeg: Tool;
  /** The private folder of the attempt. It holds `INPUT`, and `OUTPUT` is made in it. */
  folder: string;
  audio: Audio;
  /** Size of `INPUT`. */
  inputBytes: number;
  options: ConversionOptions;
  limits: EncodeLimits;
  /** How the level is changed. Undefined where it stays as it is. */
  gain?: Gain | undefined;
  /** What ffmpeg said when it made `OUTPUT` of the same sound, before the whole file was there. Undefined where that is still to be done. */
  early?: EncoderResult | undefined;
  signal: AbortSignal;
  /** Gets the seconds of audio that are converted so far. */
  onTime(seconds: number): void;
}

/** What an encoding has read and made. */
export interface Encoded {
  decoded: DecodedSound;
  /** What the demuxer has read. Undefined where ffmpeg did not have to read the whole track. */
  packets: Packets | undefined;
  /** Length of the MP3. */
  seconds: number;
  /** What was measured of the samples that were encoded, in the order of the parts. Undefined where only the MP3 can be measured. */
  measured?: { format: SoundFormat; parts: readonly MeasuredPart[] };
  /** When its parts were joined, if several processes have encoded it. */
  joined?: Span;
}
