import type { CodecName } from './codecs.ts';

export interface Container {
  /** Arguments of ffmpeg that choose the muxer. */
  mux: readonly string[];
  /** Arguments of the video's encoder. Absent where the container holds sound alone. */
  video?: readonly string[];
  /** Codecs that ffmpeg 5.1 can write into it. */
  codecs: readonly CodecName[];
  /** Codecs whose priming the container states, so that players cut it off. */
  trims?: readonly CodecName[];
  /** Codecs whose end the container states to the sample. */
  trimsEnd?: readonly CodecName[];
  /** Whether late sound is placed by an edit list, which counts milliseconds, instead of cutting the priming off. */
  hasEditList?: true;
  /** Whether ffmpeg's muxer forgets to add the delay that it states to the timestamps, so that late sound is early by it. */
  isEarly?: true;
  /** Unit of its timestamps in seconds. Absent where it has none for the sound. */
  tick?: number;
  /** Whether it states its length before the sound, so that a cut file can be known. */
  statesLength?: true;
  /** Why the converter may refuse it. */
  unpromised?: string;
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0'];
const PAL = ['-s', '720x576', '-r', '25'];
const MILLISECOND = 0.001;
const MPEG_TICK = 1 / 90_000;
/** MP4 and Ogg count in samples of the sound, whatever their rate is. */
export const SAMPLE = 1 / 48_000;

const MP4_CODECS = [
  'aac',
  'mp3',
  'mp2',
  'ac3',
  'eac3',
  'dts',
  'opus',
  'vorbis',
  'flac',
  'alac',
  'truehd',
] as const;
const EDIT_LIST = ['aac', 'mp3', 'mp2', 'ac3', 'eac3', 'opus', 'speex'] as const;

export const CONTAINERS = {
  mp4: {
    ...{
      mux: ['-f', 'mp4', '-movflags', '+faststart'],
      video: X264,
      codecs: MP4_CODECS,
      trims: EDIT_LIST,
      hasEditList: true,
    },
    ...{ tick: SAMPLE, statesLength: true },
  },
  'mp4 (index at the end)': {
    ...{
      mux: ['-f', 'mp4'],
      video: X264,
      codecs: ['aac'],
      trims: EDIT_LIST,
      hasEditList: true,
      tick: SAMPLE,
      statesLength: true,
    },
  },
  mov: {
    mux: ['-f', 'mov'],
    video: X264,
    codecs: [
      ...(['aac', 'mp3', 'ac3', 'eac3', 'alac', 'pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s32le'] as const),
      ...([
        'pcm_f32le',
        'pcm_f64le',
        'pcm_mulaw',
        'pcm_alaw',
        'adpcm_ima_qt',
        'adpcm_ms',
        'adpcm_ima_wav',
      ] as const),
      'pcm_u8',
    ],
    ...{ trims: EDIT_LIST, hasEditList: true, tick: SAMPLE, statesLength: true },
  },
  m4a: {
    ...{
      mux: ['-f', 'ipod', '-movflags', '+faststart'],
      codecs: ['aac', 'alac', 'ac3'],
      trims: EDIT_LIST,
      hasEditList: true,
    },
    ...{ tick: SAMPLE, statesLength: true },
  },
  'fragmented mp4': {
    mux: ['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'],
    ...{ video: X264, codecs: ['aac', 'opus', 'flac', 'mp3', 'alac'], trims: ['opus'], tick: SAMPLE },
  },
  cmaf: { mux: ['-f', 'mp4', '-movflags', '+cmaf'], video: X264, codecs: ['aac'], tick: SAMPLE },
  ismv: { mux: ['-f', 'ismv'], video: X264, codecs: ['aac'], tick: SAMPLE },
  '3gp': {
    ...{
      mux: ['-f', '3gp'],
      video: X264,
      codecs: ['aac'],
      trims: EDIT_LIST,
      hasEditList: true,
      tick: SAMPLE,
      statesLength: true,
    },
  },
  mkv: {
    isEarly: true,
    mux: ['-f', 'matroska'],
    video: X264,
    codecs: [
      ...([
        'aac',
        'mp3',
        'mp2',
        'ac3',
        'eac3',
        'dts',
        'opus',
        'vorbis',
        'flac',
        'alac',
        'truehd',
        'mlp',
      ] as const),
      ...([
        'tta',
        'wavpack',
        'wmav2',
        'pcm_s16le',
        'pcm_s16be',
        'pcm_s24le',
        'pcm_f32le',
        'pcm_f64le',
      ] as const),
      ...(['adpcm_ms', 'adpcm_ima_wav', 'pcm_mulaw', 'speex', 'pcm_u8'] as const),
    ],
    ...{ trims: ['opus'], trimsEnd: ['opus'], tick: MILLISECOND, statesLength: true },
  },
  mka: {
    isEarly: true,
    ...{
      mux: ['-f', 'matroska'],
      codecs: ['aac', 'flac', 'opus', 'vorbis'],
      trims: ['opus'],
      tick: MILLISECOND,
    },
    statesLength: true,
  },
  webm: {
    isEarly: true,
    ...{
      mux: ['-f', 'webm'],
      video: ['-c:v', 'libvpx', '-deadline', 'realtime'],
      codecs: ['opus', 'vorbis'],
    },
    ...{ trims: ['opus'], tick: MILLISECOND, statesLength: true },
  },
  'live webm': {
    isEarly: true,
    ...{ mux: ['-f', 'webm', '-live', '1'], video: ['-c:v', 'libvpx', '-deadline', 'realtime'] },
    ...{ codecs: ['opus', 'vorbis'], trims: ['opus'], tick: MILLISECOND },
  },
  avi: {
    mux: ['-f', 'avi'],
    video: ['-c:v', 'mpeg4', '-bf', '0'],
    codecs: [
      ...([
        'mp3',
        'mp2',
        'ac3',
        'eac3',
        'dts',
        'aac',
        'pcm_s16le',
        'pcm_s24le',
        'pcm_u8',
        'pcm_f32le',
      ] as const),
      ...(['pcm_mulaw', 'pcm_alaw', 'adpcm_ms', 'adpcm_ima_wav', 'adpcm_yamaha', 'wmav2'] as const),
    ],
    statesLength: true,
  },
  ts: {
    mux: ['-f', 'mpegts'],
    ...{
      video: X264,
      codecs: ['aac', 'mp3', 'mp2', 'ac3', 'eac3', 'dts', 'opus', 's302m', 'truehd'],
      tick: MPEG_TICK,
    },
  },
  m2ts: {
    mux: ['-f', 'mpegts', '-mpegts_m2ts_mode', '1'],
    ...{ video: X264, codecs: ['ac3', 'eac3', 'dts', 'pcm_bluray', 'truehd'], tick: MPEG_TICK },
  },
  mpeg: {
    mux: ['-f', 'mpeg'],
    ...{ video: ['-c:v', 'mpeg1video', '-r', '25'], codecs: ['mp2', 'mp3', 'ac3'], tick: MPEG_TICK },
  },
  vob: {
    mux: ['-f', 'vob'],
    ...{
      video: ['-c:v', 'mpeg2video', '-r', '25'],
      codecs: ['mp2', 'ac3', 'dts', 'pcm_dvd'],
      tick: MPEG_TICK,
    },
  },
  flv: {
    mux: ['-f', 'flv'],
    ...{
      video: ['-c:v', 'flv'],
      codecs: ['aac', 'mp3', 'adpcm_swf', 'speex', 'nellymoser'],
      tick: MILLISECOND,
    },
    statesLength: true,
  },
  ogg: {
    mux: ['-f', 'ogg'],
    codecs: ['vorbis', 'opus', 'flac', 'speex'],
    trims: ['opus'],
    trimsEnd: ['opus'],
    tick: SAMPLE,
  },
  asf: {
    mux: ['-f', 'asf'],
    video: ['-c:v', 'wmv2'],
    codecs: ['wmav1', 'wmav2', 'mp3', 'aac', 'ac3', 'eac3', 'dts', 'pcm_s16le', 'pcm_mulaw', 'adpcm_ms'],
    ...{ tick: MILLISECOND, statesLength: true },
  },
  wma: { mux: ['-f', 'asf'], codecs: ['wmav2'], tick: MILLISECOND, statesLength: true },
  wav: {
    mux: ['-f', 'wav'],
    codecs: [
      ...([
        'pcm_u8',
        'pcm_s16le',
        'pcm_s24le',
        'pcm_s32le',
        'pcm_f32le',
        'pcm_f64le',
        'pcm_mulaw',
        'pcm_alaw',
      ] as const),
      ...([
        'adpcm_ms',
        'adpcm_ima_wav',
        'adpcm_yamaha',
        'mp3',
        'mp2',
        'ac3',
        'dts',
        'gsm_ms',
        'g722',
        'g726',
      ] as const),
      'wmav2',
    ],
    statesLength: true,
  },
  rf64: { mux: ['-f', 'wav', '-rf64', 'always'], codecs: ['pcm_s16le', 'pcm_s24le'], statesLength: true },
  w64: {
    ...{ mux: ['-f', 'w64'], codecs: ['pcm_s16le', 'pcm_f32le'], statesLength: true },
    unpromised: 'the issue promises RF64 and BW64, not W64',
  },
  aiff: {
    mux: ['-f', 'aiff'],
    codecs: ['pcm_s16be', 'pcm_s24be', 'pcm_f32be', 'pcm_s16le', 'pcm_mulaw', 'pcm_alaw', 'adpcm_ima_qt'],
    statesLength: true,
  },
  caf: {
    mux: ['-f', 'caf'],
    codecs: [
      ...(['pcm_s16be', 'pcm_s16le', 'pcm_s24be', 'pcm_f32le', 'pcm_mulaw', 'adpcm_ima_qt', 'alac'] as const),
      ...(['opus', 'flac', 'ac3', 'mp3'] as const),
    ],
    statesLength: true,
  },
  flac: { mux: ['-f', 'flac'], codecs: ['flac'], statesLength: true },
  mp3: { mux: ['-f', 'mp3'], codecs: ['mp3'], trims: ['mp3'], trimsEnd: ['mp3'], statesLength: true },
  'mp3 (no Xing header)': { mux: ['-f', 'mp3', '-write_xing', '0'], codecs: ['mp3'] },
  mp2: { mux: ['-f', 'mp2'], codecs: ['mp2'] },
  adts: { mux: ['-f', 'adts'], codecs: ['aac'] },
  latm: { mux: ['-f', 'latm'], codecs: ['aac'], unpromised: 'the issue promises ADTS, not LOAS' },
  ac3: { mux: ['-f', 'ac3'], codecs: ['ac3'] },
  eac3: { mux: ['-f', 'eac3'], codecs: ['eac3'] },
  dts: { mux: ['-f', 'dts'], codecs: ['dts'] },
  truehd: { mux: ['-f', 'truehd'], codecs: ['truehd'], unpromised: 'the issue does not promise raw TrueHD' },
  au: { mux: ['-f', 'au'], codecs: ['pcm_s16be', 'pcm_mulaw'], unpromised: 'the issue does not promise AU' },
  tta: { mux: ['-f', 'tta'], codecs: ['tta'], unpromised: 'the issue does not promise TTA' },
  wavpack: { mux: ['-f', 'wv'], codecs: ['wavpack'], unpromised: 'the issue does not promise WavPack' },
  mxf: {
    ...{ mux: ['-f', 'mxf'], video: ['-c:v', 'mpeg2video', ...PAL], codecs: ['pcm_s16le', 'pcm_s24le'] },
    ...{ tick: 0.04 },
  },
  dv: { mux: ['-f', 'dv'], video: ['-c:v', 'dvvideo', '-pix_fmt', 'yuv420p', ...PAL], codecs: ['pcm_s16le'] },
  realmedia: {
    mux: ['-f', 'rm'],
    video: ['-c:v', 'rv20', '-s', '176x144'],
    codecs: ['ac3'],
    tick: MILLISECOND,
  },
  wtv: {
    ...{ mux: ['-f', 'wtv'], video: ['-c:v', 'mpeg2video', '-r', '25'], codecs: ['mp2', 'ac3'], tick: 1e-7 },
    unpromised: 'the issue does not promise WTV',
  },
  nut: {
    ...{ mux: ['-f', 'nut'], video: ['-c:v', 'mpeg4'], codecs: ['aac'], tick: 1e-5 },
    unpromised: 'the issue does not promise NUT',
  },
} satisfies Record<string, Container>;
export type ContainerName = keyof typeof CONTAINERS;

export const containerOf = (name: ContainerName): Container => CONTAINERS[name];
