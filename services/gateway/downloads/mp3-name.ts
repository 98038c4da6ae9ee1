import { cutToBytes } from '../../shared/runtime/cut-text.ts';

/** The longest name of a file on the file systems of Linux, macOS and Windows, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/** Extensions of files with sound. Others may be a part of the name: `Mr. Bean`, `Vol. 2`, `lecture 1.5`. */
const MEDIA_EXTENSIONS = new Set(
  [
    'mp4 m4v m4s mov qt mj2 3gp 3gpp 3g2 3gp2 f4v ismv cmfv cmfa insv lrv mkv mk3d mka webm weba',
    'avi amv divx wmv wma asf flv rm rmvb ra ram mxf dv dif mpg mpeg mpe m1v m2v mpv vob dat evo mod tod',
    'ts mts m2ts m2t tp trp ogv ogg oga ogx opus spx mp3 mp2 mp1 mpa m4a m4b m4r aac adts loas latm',
    'flac wav wave bwf rf64 bw64 w64 aif aiff aifc caf au snd amr awb ac3 eac3 ec3 dts dtshd thd truehd wv tta',
  ].flatMap((line) => line.split(' ')),
);

/** Splits a name into its stem and the extension of a media file with its dot, which is empty where there is none. */
export function splitExtension(name: string): { stem: string; extension: string } {
  const extension = /\.([^.]{1,6})$/.exec(name)?.[1] ?? '';
  if (!MEDIA_EXTENSIONS.has(extension.toLowerCase())) return { stem: name, extension: '' };
  return { stem: name.slice(0, -extension.length - 1), extension: `.${extension}` };
}

/**
 * The name of the MP3 of a video: `Ferien.final.mp4` → `Ferien.final.mp3`, `lecture 1.5` → `lecture 1.5.mp3`. It has at most 255
 * bytes, and no dot in front, which would hide the file.
 */
export function mp3Name(filename: string): string {
  const stem = splitExtension(filename).stem.replace(/^\.+/, '');
  return `${cutToBytes(stem, MAX_NAME_BYTES - '.mp3'.length).trimEnd() || 'audio'}.mp3`;
}
