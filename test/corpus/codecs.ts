import type { Layout } from './sound.ts';

/** How an encoder of ffmpeg places the sound. All numbers are in samples of the codec's rate. */
export interface Codec {
  /** Arguments of ffmpeg that choose the encoder. */
  encode: readonly string[];
  /** Sample rate and layout where the codec cannot take just any. */
  rate?: number;
  layout?: Layout;
  /** Samples of one packet; 1 where the last packet is as short as the sound. */
  frame: number;
  /** How late the sound is behind the first decoded sample: the delay of encoder and decoder. */
  delay: number;
  /** How much of it the encoder states, by timestamps before zero. Containers with edit lists cut it off. */
  priming?: number;
  /** Samples by which its place may differ, because the first packet holds no sound of its own. */
  slack?: number;
  /** Least signal to noise ratio in dB. */
  snrDb: number;
  /** Least correlation of any window of 50 ms. */
  worst: number;
  /** Tolerance of the level in dB, where it is not the 0.1 dB of the issue: codecs for speech. */
  levelDb?: number;
  /** Whether every sample comes out as it went in, so that the length is exact. */
  isExact?: boolean;
}

/** Signal to noise ratio of an MP3 at quality 0 is 36 dB for this sound. */
const CLEAN = { snrDb: 27, worst: 0.997 };
const LOSSY = { snrDb: 20, worst: 0.985 };
const exact = (...encode: string[]): Codec => ({ encode, frame: 1, delay: 0, isExact: true, ...CLEAN });
const pcm = (name: string): Codec => exact('-c:a', `pcm_${name}`);

export const CODECS = {
  pcm_u8: { ...pcm('u8'), snrDb: 22, worst: 0.99 },
  pcm_s16le: pcm('s16le'),
  pcm_s16be: pcm('s16be'),
  pcm_s24le: pcm('s24le'),
  pcm_s24be: pcm('s24be'),
  pcm_s32le: pcm('s32le'),
  pcm_f32le: pcm('f32le'),
  pcm_f32be: pcm('f32be'),
  pcm_f64le: pcm('f64le'),
  pcm_mulaw: pcm('mulaw'),
  pcm_alaw: pcm('alaw'),
  pcm_dvd: pcm('dvd'),
  // The encoder pads the last packet.
  pcm_bluray: { ...pcm('bluray'), frame: 360, isExact: false },
  s302m: exact('-c:a', 's302m', '-strict', '-2'),
  flac: exact('-c:a', 'flac', '-strict', '-2'),
  alac: exact('-c:a', 'alac'),
  truehd: exact('-c:a', 'truehd', '-strict', '-2'),
  mlp: exact('-c:a', 'mlp', '-strict', '-2'),
  tta: exact('-c:a', 'tta'),
  wavpack: exact('-c:a', 'wavpack'),
  adpcm_ms: { encode: ['-c:a', 'adpcm_ms'], frame: 1012, delay: 0, ...LOSSY },
  adpcm_ima_wav: { encode: ['-c:a', 'adpcm_ima_wav'], frame: 1017, delay: 0, ...LOSSY },
  adpcm_ima_qt: { encode: ['-c:a', 'adpcm_ima_qt'], frame: 64, delay: 0, ...LOSSY },
  adpcm_yamaha: { encode: ['-c:a', 'adpcm_yamaha'], frame: 1024, delay: 0, ...LOSSY },
  adpcm_swf: { encode: ['-c:a', 'adpcm_swf'], rate: 44_100, frame: 4096, delay: 0, ...LOSSY },
  g722: {
    encode: ['-c:a', 'g722'],
    rate: 16_000,
    layout: 'mono',
    frame: 320,
    delay: 22,
    priming: 22,
    ...LOSSY,
  },
  g726: { encode: ['-c:a', 'g726', '-b:a', '40k'], rate: 8000, layout: 'mono', frame: 1, delay: 0, ...LOSSY },
  gsm_ms: {
    ...{ encode: ['-c:a', 'libgsm_ms'], rate: 8000, layout: 'mono', frame: 320, delay: 0 },
    ...{ snrDb: -4, worst: 0.4, levelDb: 7 },
  },
  nellymoser: {
    ...{ encode: ['-c:a', 'nellymoser'], rate: 22_050, layout: 'mono', frame: 256, delay: 128, priming: 128 },
    ...{ snrDb: 18, worst: 0.97, levelDb: 0.3 },
  },
  speex: {
    ...{ encode: ['-c:a', 'libspeex', '-b:a', '42k'], rate: 16_000, layout: 'mono' },
    ...{ frame: 320, delay: 223, priming: 143, snrDb: 8, worst: 0.9, levelDb: 1 },
  },
  aac: { encode: ['-c:a', 'aac', '-b:a', '256k'], frame: 1024, delay: 1024, priming: 1024, ...LOSSY },
  mp3: { encode: ['-c:a', 'libmp3lame', '-b:a', '320k'], frame: 1152, delay: 1105, priming: 1105, ...CLEAN },
  mp2: { encode: ['-c:a', 'mp2', '-b:a', '384k'], frame: 1152, delay: 481, priming: 481, ...LOSSY },
  ac3: { encode: ['-c:a', 'ac3', '-b:a', '640k'], frame: 1536, delay: 256, priming: 256, ...CLEAN },
  eac3: { encode: ['-c:a', 'eac3', '-b:a', '640k'], frame: 1536, delay: 256, priming: 256, ...CLEAN },
  dts: { encode: ['-c:a', 'dca', '-strict', '-2', '-b:a', '1411k'], frame: 512, delay: 512, ...CLEAN },
  opus: {
    ...{ encode: ['-c:a', 'libopus', '-b:a', '256k', '-strict', '-2'], rate: 48_000 },
    ...{ frame: 960, delay: 312, priming: 312, ...LOSSY },
  },
  // Vorbis states where the sound begins and ends in its own packets, so that nothing has to be cut off.
  vorbis: { encode: ['-c:a', 'libvorbis', '-q:a', '9'], frame: 1, delay: 0, slack: 128, ...LOSSY },
  // ffmpeg's own encoder loses the first frame of Windows Media Audio, and the last.
  wmav1: { encode: ['-c:a', 'wmav1', '-b:a', '256k'], rate: 44_100, frame: 2048, delay: -2048, ...LOSSY },
  wmav2: { encode: ['-c:a', 'wmav2', '-b:a', '256k'], rate: 44_100, frame: 2048, delay: -2048, ...LOSSY },
} satisfies Record<string, Codec>;
export type CodecName = keyof typeof CODECS;

export const codecOf = (name: CodecName): Codec => CODECS[name];
