import { cutToBytes } from '../../shared/runtime/cut-text.ts';
import { replaceInvisible } from '../../shared/runtime/visible-text.ts';
import { MAX_NAME_BYTES, splitExtension } from '../downloads/mp3-name.ts';

const HAS_VISIBLE = /[^\p{Cf}\p{Z}\p{M}]/u;

/** The same as {@link visibleName}, and `video` for a name without any visible character. */
export const cleanName = (name: string): string => visibleName(name) ?? 'video';

/**
 * Returns a name for people, from which the name of the MP3 is derived: without folders and invisible characters, and at most
 * 255 bytes in UTF-8. A name that is too long keeps the extension of a media file. Returns undefined where nothing is left.
 */
export function visibleName(name: string): string | undefined {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const visible = replaceInvisible(base, '').trim();
  if (!HAS_VISIBLE.test(visible)) return undefined;
  const { stem, extension } = splitExtension(visible);
  return `${cutToBytes(stem, MAX_NAME_BYTES - extension.length)}${extension}`;
}
