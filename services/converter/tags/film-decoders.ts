import type { Tool } from '../sandbox/sandbox.ts';

/** The one decoder of ffmpeg for each codec of films. A still of a film in another codec is not made. */
const DECODERS = new Map([
  ...['h264', 'hevc', 'vp8', 'vp9', 'mpeg4', 'mpeg1video', 'mpeg2video', 'mjpeg', 'h263', 'theora'].map(own),
  ...['wmv1', 'wmv2', 'wmv3', 'vc1', 'msmpeg4v1', 'msmpeg4v2', 'prores', 'dnxhd', 'dvvideo'].map(own),
  ...['rv10', 'rv20', 'rv30', 'rv40', 'vp6', 'vp6f'].map(own),
  // ffmpeg's own decoder of AV1 needs a graphics card.
  ['av1', 'libdav1d'],
  ['flv1', 'flv'],
  ['msmpeg4v3', 'msmpeg4'],
] as const);

function own(name: string): readonly [codec: string, decoder: string] {
  return [name, name];
}

/** Returns the decoder of a film by ffmpeg's name. @param codec of its picture, by ffmpeg's name */
export const filmDecoder = (codec: string): string | undefined => DECODERS.get(codec);

/**
 * Whether pictures may be decoded: only where the tool can reach no file but those of the attempt, and few calls of the kernel.
 * Most faults of ffmpeg by which a file could run code are in decoders of pictures.
 */
export const canDecodePictures = ({ sandbox: { layers } }: Tool): boolean =>
  layers.includes('seccomp') && (layers.includes('namespaces') || layers.includes('landlock'));

/** Why no still is made where {@link canDecodePictures} is false. A clause for the owner. */
export const NO_SANDBOX = 'this server makes no stills of films, because it has no sandbox to make them in';
