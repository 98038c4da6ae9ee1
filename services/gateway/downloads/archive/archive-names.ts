import { cutToBytes } from '../../../shared/runtime/cut-text.ts';
import { replaceInvisible } from '../../../shared/runtime/visible-text.ts';
import { MAX_NAME_BYTES, mp3Name } from '../mp3-name.ts';

const EXTENSION = '.mp3';
/** Room for the longest number. */
const MAX_NUMBER_BYTES = ' (99999)'.length;

/** Characters that Windows allows in no name. The slashes would lead out of the folder into which an archive is unpacked. */
const FORBIDDEN = /[<>:"/\\|?*]/g;
/** Names of devices on Windows, whatever their extension. */
const DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[\d¹²³])\s*(\.|$)/i;

/**
 * Names the files of one archive: returns a function that gives each video, by its file name, the name of its MP3. These are plain file
 * names of 255 bytes at most, which every system can store, and differ from each other also where case and the form of accents do not
 * count: `film.mp3`, `Film (2).mp3`.
 */
export function createArchiveNames(): (filename: string) => string {
  const used = new Set<string>();
  const numbers = new Map<string, number>();

  function freeName(stem: string): string {
    const plain = `${stem}${EXTENSION}`;
    if (!used.has(keyOf(plain))) return plain;
    const base = cutToBytes(stem, MAX_NAME_BYTES - EXTENSION.length - MAX_NUMBER_BYTES).trimEnd();
    for (let number = numbers.get(keyOf(base)) ?? 2; ; number++) {
      const name = `${base} (${number})${EXTENSION}`;
      // The next one begins behind this number, or a thousand equal names would take a million steps.
      numbers.set(keyOf(base), number + 1);
      if (!used.has(keyOf(name))) return name;
    }
  }

  return (filename) => {
    const name = freeName(safeStem(filename));
    used.add(keyOf(name));
    return name;
  };
}

/** The same for names that some file system takes for one. */
const keyOf = (name: string): string => name.normalize('NFC').toUpperCase().normalize('NFC');

/** The name of the MP3 without its extension. */
function safeStem(filename: string): string {
  const visible = replaceInvisible(filename, '')
    .replace(FORBIDDEN, '_')
    .replace(/^[.\s]+/, '');
  const stem = mp3Name(visible).slice(0, -EXTENSION.length);
  return DEVICES.test(stem) ? `_${cutToBytes(stem, MAX_NAME_BYTES - EXTENSION.length - 1)}` : stem;
}
