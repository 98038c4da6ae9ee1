/** Names for people of codecs whose name for ffmpeg is none. ffprobe says them too, but not of a file with a picture. */
const TITLES = new Map([
  ['aac', 'AAC (Advanced Audio Coding)'],
  ['ac3', 'ATSC A/52A (AC-3)'],
  ['eac3', 'ATSC A/52B (AC-3, E-AC-3)'],
  ['dts', 'DCA (DTS Coherent Acoustics)'],
  ['mp1', 'MP1 (MPEG audio layer 1)'],
  ['mp2', 'MP2 (MPEG audio layer 2)'],
  ['mp3', 'MP3 (MPEG audio layer 3)'],
  ['mp4als', 'MPEG-4 Audio Lossless Coding (ALS)'],
  ['wmapro', 'Windows Media Audio 9 Professional'],
  ['wmalossless', 'Windows Media Audio Lossless'],
  ['wmavoice', 'Windows Media Audio Voice'],
  ['qdm2', 'QDesign Music Codec 2 (QDM2)'],
  ['amr_nb', 'AMR-NB (Adaptive Multi-Rate NarrowBand)'],
  ['amr_wb', 'AMR-WB (Adaptive Multi-Rate WideBand)'],
  ['cook', 'Cook / Cooker / Gecko (RealAudio G2)'],
]);

/** Returns the name of a codec for people. @param codec its name for ffmpeg */
export const titleOfCodec = (codec: string): string => TITLES.get(codec) ?? codec;
