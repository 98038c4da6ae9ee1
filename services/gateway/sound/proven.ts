/** The kinds of containers that have a planner. */
export type Container = 'iso-media' | 'matroska' | 'mpeg-ts' | 'flv' | 'avi' | 'mpeg-ps' | 'ogg';

/**
 * The codecs whose sound comes out the same from the smaller file, by ffmpeg's names. The tests convert a film and its smaller
 * file for each entry, and compare the MP3s. A film whose sound is in another codec is sent whole: the server may not decode it,
 * and then it takes another track.
 */
export const PROVEN: Readonly<Record<Container, readonly string[]>> = {
  'iso-media': [
    ...['aac', 'mp3', 'mp2', 'ac3', 'eac3', 'dts', 'truehd', 'opus', 'vorbis', 'flac', 'alac'],
    ...['amr_nb', 'amr_wb', 'adpcm_ima_qt', 'pcm_alaw', 'pcm_mulaw', 'pcm_u8', 'pcm_s8'],
    ...['pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_s32be'],
    ...['pcm_f32le', 'pcm_f32be', 'pcm_f64le', 'pcm_f64be'],
  ],
  matroska: [
    ...['aac', 'ac3', 'eac3', 'dts', 'truehd', 'vorbis', 'opus', 'flac', 'alac', 'mp2', 'mp3'],
    ...['mlp', 'tta', 'wavpack'],
    ...['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_s16be', 'pcm_s24be', 'pcm_s32be'],
    ...['pcm_f32le', 'pcm_f64le'],
  ],
  flv: ['aac', 'mp3', 'pcm_s16le', 'pcm_alaw', 'pcm_mulaw', 'adpcm_swf', 'nellymoser', 'speex'],
  avi: [
    'mp3',
    'mp2',
    'ac3',
    'dts',
    'aac',
    'pcm_u8',
    'pcm_s16le',
    'pcm_alaw',
    'pcm_mulaw',
    'adpcm_ms',
    'adpcm_ima_wav',
  ],
  'mpeg-ps': ['mp3', 'ac3', 'dts', 'pcm_dvd'],
  ogg: ['vorbis', 'opus', 'flac', 'speex'],
  'mpeg-ts': ['aac', 'mp3', 'ac3', 'eac3', 'aac_latm', 'dts', 'opus', 'truehd', 's302m', 'pcm_bluray'],
};

export const isProven = (container: Container, codec: string | undefined): boolean =>
  codec !== undefined && PROVEN[container].includes(codec);
