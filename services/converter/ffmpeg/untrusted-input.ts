/**
 * Given to ffmpeg and ffprobe alike, before the input. Without the lists a file that starts with `ffconcat version 1.0`
 * or `#EXTM3U` makes them open other files and hosts, whatever its name.
 */
const PROTOCOLS = 'file';
const FORMATS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,wav,mp3,flac,aac';
/** Bytes of one allocation: far above what the index of a 12-hour film needs. */
const MAX_ALLOC = 256 * 1024 * 1024;

export const untrustedInput = [
  ...['-protocol_whitelist', PROTOCOLS],
  ...['-format_whitelist', FORMATS],
  ...['-max_alloc', String(MAX_ALLOC)],
];

/** Fixed names in the private folder: nothing of the user's comes into an argument. */
export const INPUT = 'input';
export const OUTPUT = 'output.mp3';
