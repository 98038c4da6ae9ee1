import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import { randomNumbers } from './random.ts';

/** A kind of sound that an encoder may find easy or hard, and how it is encoded. */
export interface SoundKind {
  name: string;
  /** Input for ffmpeg's `lavfi` at that sample rate, which lasts so many seconds. It is the same in each run. */
  source(rate: number, seconds: number): string;
  /** Hz. */
  rate: number;
  channels: 1 | 2;
  /** kbps. */
  bitrate: NonNullable<ConversionOptions['bitrate']>;
  /** Whether a measure of speech says something about it. */
  hasSpeech?: boolean;
}

const expression =
  (...channels: string[]) =>
  (rate: number, seconds: number) =>
    `aevalsrc='${channels.join('|')}':s=${rate}:d=${seconds}`;
const noise = (color: string, amplitude: number) => (rate: number, seconds: number) =>
  [1, 2]
    .map((seed) => `anoisesrc=c=${color}:a=${amplitude}:r=${rate}:d=${seconds}:seed=${seed}[${seed}]`)
    .join(';')
    .concat(';[1][2]amerge');

const tones = expression('0.5*sin(2*PI*997*t)', '0.4*sin(2*PI*1499*t)');
const sweep = expression('0.5*sin(2*PI*(50+90*t)*t)', '0.5*sin(2*PI*(70+80*t)*t)');
const castanets = expression(
  '0.8*(2*random(0)-1)*exp(-60*mod(t,0.37))',
  '0.8*(2*random(1)-1)*exp(-60*mod(t+0.05,0.41))',
);
/** A voice of that many times its pitch, which is in periods. */
const voiceOf = (pitch: string, harmonics: readonly number[]): string =>
  harmonics.map((harmonic) => `${0.2 / harmonic}*sin(2*PI*${harmonic}*(${pitch}))`).join('+');
const VOICE = voiceOf('120*t+3*sin(2*PI*0.6*t)', [1, 2, 3, 5, 8, 13, 21]);
/** Bursts of a voice with harmonics and formants, and pauses between them. */
const speech = expression(
  `(gt(sin(2*PI*0.7*t),-0.4)*(0.6+0.4*sin(2*PI*4.3*t))*(${VOICE}+0.06*(2*random(0)-1)*gt(sin(2*PI*2.9*t),0.6)))`,
);
const NOTES = ['0.15*sin(2*PI*220*t)*exp(-3*mod(t,0.5))', '0.15*sin(2*PI*331*t)*exp(-2*mod(t,0.75))'];
const HITS = ['0.1*sin(2*PI*1760*t)*exp(-8*mod(t,0.25))', '0.15*(2*random(0)-1)*exp(-40*mod(t,0.5))'];
const music = expression(
  [...NOTES, ...HITS].join('+'),
  '0.2*sin(2*PI*277*t)*exp(-3*mod(t+0.1,0.5))+0.2*sin(2*PI*440*t)+0.1*(2*random(1)-1)*exp(-40*mod(t+0.25,0.5))',
);
/** Three seconds of digital silence, and then an attack that dies away. */
const attacks = expression('gt(mod(t,5),3)*0.7*(2*random(0)-1)*exp(-2*(mod(t,5)-3))');
const quiet = expression('0.003*sin(2*PI*440*t)+0.001*(2*random(0)-1)', '0.002*sin(2*PI*660*t)');
const whisper = expression('0.003*sin(2*PI*440*t)+0.001*(2*random(0)-1)');
const whiteNoise = (rate: number, seconds: number) => `anoisesrc=c=white:a=0.3:r=${rate}:d=${seconds}:seed=4`;
const clipped = expression('max(-1,min(1,3*sin(2*PI*200*t)*sin(2*PI*0.5*t)+0.5*(2*random(0)-1)))');
const fade = expression('0.9*exp(-0.1*t)*(2*random(0)-1)', '0.7*exp(-0.1*t)*(2*random(1)-1)');
/** Chords of random notes, which never repeat. */
const chords = (() => {
  const random = randomNumbers(22);
  const notes = Array.from({ length: 12 }, () => {
    const hz = 110 * 2 ** (random(48) / 12);
    const length = 0.3 + random(100) / 50;
    return `0.07*sin(2*PI*${hz.toFixed(3)}*t)*exp(-2*mod(t,${length}))`;
  });
  return expression(notes.slice(0, 8).join('+'), notes.slice(4).join('+'));
})();
/** Both channels have the same sound in opposite phases, so that their sum is nearly silent. */
const opposite = expression(
  '0.3*sin(2*PI*330*t)*(0.6+0.4*sin(2*PI*0.9*t))+0.1*(2*random(0)-1)',
  '-0.3*sin(2*PI*330*t)*(0.6+0.4*sin(2*PI*0.9*t))+0.02*(2*random(1)-1)',
);
const [LOW, HIGH] = [
  voiceOf('120*t+3*sin(2*PI*0.6*t)', [1, 3, 8]),
  voiceOf('205*t+3*sin(2*PI*0.83*t)', [1, 2, 5]),
];
/** Two voices, of which each is louder on one side and one pauses, and some noise. */
const voices = expression(
  `${LOW}+0.4*(${HIGH})*gt(sin(2*PI*0.9*t),-0.2)+0.01*(2*random(0)-1)`,
  `0.4*(${LOW})+(${HIGH})*gt(sin(2*PI*0.9*t),-0.2)+0.01*(2*random(1)-1)`,
);
const clicks = expression('lt(mod(t,0.83),0.0005)*0.9', 'lt(mod(t+0.3,1.37),0.0003)*0.9');

export const SOUND_KINDS: readonly SoundKind[] = [
  { name: 'steady tones', source: tones, rate: 44_100, channels: 2, bitrate: 128 },
  { name: 'a sweep', source: sweep, rate: 44_100, channels: 2, bitrate: 192 },
  { name: 'pink noise', source: noise('pink', 0.5), rate: 44_100, channels: 2, bitrate: 192 },
  { name: 'brown noise', source: noise('brown', 0.7), rate: 48_000, channels: 2, bitrate: 320 },
  { name: 'bursts like speech', source: speech, rate: 44_100, channels: 1, bitrate: 64, hasSpeech: true },
  { name: 'castanets', source: castanets, rate: 44_100, channels: 2, bitrate: 128 },
  { name: 'castanets at 320 kbps', source: castanets, rate: 48_000, channels: 2, bitrate: 320 },
  { name: 'music with hits', source: music, rate: 44_100, channels: 2, bitrate: 128 },
  { name: 'music at 320 kbps', source: music, rate: 44_100, channels: 2, bitrate: 320 },
  { name: 'chords', source: chords, rate: 44_100, channels: 2, bitrate: 192 },
  { name: 'attacks after silence', source: attacks, rate: 44_100, channels: 1, bitrate: 128 },
  { name: 'a low level', source: quiet, rate: 44_100, channels: 2, bitrate: 128 },
  { name: 'clipped sound', source: clipped, rate: 44_100, channels: 1, bitrate: 192 },
  { name: 'a fade', source: fade, rate: 32_000, channels: 2, bitrate: 128 },
  { name: 'opposite phases', source: opposite, rate: 44_100, channels: 2, bitrate: 128 },
  { name: 'two voices', source: voices, rate: 48_000, channels: 2, bitrate: 128, hasSpeech: true },
  { name: 'clicks in silence', source: clicks, rate: 44_100, channels: 2, bitrate: 192 },
  { name: 'music in MPEG-2', source: music, rate: 22_050, channels: 2, bitrate: 64 },
  { name: 'chords in mono and MPEG-2', source: chords, rate: 24_000, channels: 1, bitrate: 32 },
  { name: 'speech in MPEG-2.5', source: speech, rate: 8000, channels: 1, bitrate: 32, hasSpeech: true },
  // Two encoders of these do not always come to the same state within the overlap.
  { name: 'white noise', source: whiteNoise, rate: 44_100, channels: 2, bitrate: 256 },
  { name: 'a very low level', source: whisper, rate: 44_100, channels: 2, bitrate: 256 },
];
