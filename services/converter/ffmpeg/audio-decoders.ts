/**
 * The decoders that ffmpeg and ffprobe may open, by ffmpeg's names: those of the sound that the allowed containers hold in
 * films and recordings, each with the reason. No picture and no subtitle is ever decoded, because most faults of ffmpeg that
 * run an attacker's code are in decoders of pictures. Where ffmpeg has a decoder of its own and that of a library, the list
 * has ffmpeg's: it is the one that ffmpeg takes, and it comes with each fix of ffmpeg (docs/ffmpeg-notes.md).
 *
 * Left out are the codecs of games, consoles and wireless headphones, and those that no allowed container holds.
 */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'MP4, MOV, Matroska, FLV, MPEG-TS: Advanced Audio Coding': ['aac', 'aac_latm'],
  'MPEG streams, AVI and MP3 files: MPEG audio, layers I to III': ['mp1', 'mp2', 'mp3float'],
  'Discs, television and Matroska: Dolby and DTS': ['ac3', 'eac3', 'dca', 'truehd', 'mlp'],
  'WebM and Ogg': ['opus', 'vorbis', 'speex'],
  'Lossless: FLAC, Apple, True Audio, WavPack': ['flac', 'alac', 'tta', 'wavpack'],
  'ASF and AVI: Windows Media': ['wmav1', 'wmav2', 'wmapro', 'wmalossless', 'wmavoice'],
  'WAV, AIFF, CAF, AU, MOV, AVI, MXF: integers': [
    ...['pcm_s8', 'pcm_u8', 'pcm_s16le', 'pcm_s16be', 'pcm_u16le', 'pcm_u16be', 'pcm_s24le', 'pcm_s24be'],
    ...['pcm_s32le', 'pcm_s32be', 'pcm_s64le', 'pcm_s64be'],
  ],
  'The same: floating point': ['pcm_f32le', 'pcm_f32be', 'pcm_f64le', 'pcm_f64be'],
  'The same: telephone systems': ['pcm_alaw', 'pcm_mulaw'],
  'DVD, Blu-ray, broadcasting (SMPTE 302M), DV': ['pcm_dvd', 'pcm_bluray', 's302m', 'dvaudio'],
  'WAV, AVI, MOV, FLV: ADPCM': [
    ...['adpcm_ms', 'adpcm_ima_wav', 'adpcm_ima_qt', 'adpcm_yamaha', 'adpcm_swf'],
    ...['g722', 'g726', 'g726le'],
  ],
  'Telephones and dictation machines, in 3GP, AMR, WAV, AVI and MOV': [
    ...['amrnb', 'amrwb', 'qcelp', 'evrc', 'gsm', 'gsm_ms', 'g723_1', 'truespeech'],
  ],
  'FLV: Flash': ['nellymoser'],
  RealMedia: ['real_144', 'real_288', 'cook', 'sipr', 'atrac3'],
  'MOV before 2005: QuickTime': ['qdm2', 'qdmc', 'mace3', 'mace6'],
};

/** The names of all decoders that may be opened. */
export const AUDIO_DECODERS: readonly string[] = Object.values(GROUPS).flat();

/** Arguments, before `-i`, for the file and for its decoders: without a list, ffmpeg decodes pictures to describe a file. */
export const onlyDecoders = (names: readonly string[]): string[] => ['-codec_whitelist', names.join(',')];
