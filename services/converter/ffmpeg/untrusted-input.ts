import { AUDIO_DECODERS, onlyDecoders } from './audio-decoders.ts';

/**
 * Allow-lists that ffmpeg and ffprobe get before the input. Without them, a file that starts with `ffconcat version 1.0` or
 * `#EXTM3U` makes them open other files and hosts, whatever its name is.
 */
const PROTOCOLS = 'file';
/**
 * The demuxers of ffmpeg, by name. Each was read for whether it opens other files (docs/ffmpeg-notes.md). The gateway
 * recognizes the same containers (services/gateway/uploads/signatures).
 */
const FORMATS = [
  ...[
    'mov',
    'mp4',
    'm4a',
    '3gp',
    '3g2',
    'mj2',
    'matroska',
    'webm',
    'avi',
    'mpegts',
    'mpeg',
    'mxf',
    'dv',
    'flv',
    'ogg',
  ],
  ...[
    'asf',
    'rm',
    'wav',
    'w64',
    'aiff',
    'caf',
    'au',
    'amr',
    'mp3',
    'flac',
    'aac',
    'loas',
    'ac3',
    'eac3',
    'dts',
    'dtshd',
  ],
  ...['truehd', 'wv', 'tta'],
].join(',');
/** Bytes of one allocation. The index of a 12-hour film needs far less. */
const MAX_ALLOC = 256 * 1024 * 1024;

export const untrustedInput = [
  ...['-protocol_whitelist', PROTOCOLS],
  ...['-format_whitelist', FORMATS],
  ...['-max_alloc', String(MAX_ALLOC)],
  ...onlyDecoders(AUDIO_DECODERS),
];

/** Fixed names in the private folder, so that no text of a user gets into an argument. */
export const INPUT = 'input';
export const OUTPUT = 'output.mp3';
