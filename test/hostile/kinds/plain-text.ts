import { id3 } from '../bytes/id3.ts';
import { box, FTYP, mp4 } from '../bytes/iso.ts';
import { wave } from '../bytes/riff.ts';
import type { HostileFile } from '../hostile-file.ts';
import type { Targets } from '../witnesses/targets.ts';
import { textCases } from './texts.ts';

/** What may stand around a text, so that it is taken for a film, or still for a playlist. */
const DRESSES: Record<string, (text: Buffer) => Buffer> = {
  'as it is': (text) => text,
  'behind spaces': (text) => Buffer.concat([Buffer.from('  \n\t '), text]),
  'behind a byte order mark': (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]),
  'in UTF-16': (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text.toString(), 'utf16le')]),
  'behind an ID3 tag': (text) => Buffer.concat([id3([Buffer.alloc(64)]), text]),
  'behind an empty ID3 tag': (text) => Buffer.concat([id3([]), text]),
  'behind zeros': (text) => Buffer.concat([Buffer.alloc(4096), text]),
  'behind ftyp': (text) => Buffer.concat([FTYP, text]),
  'in a free box': (text) => Buffer.concat([box('free', text), mp4()]),
  'before a WAV': (text) => Buffer.concat([text, wave()]),
  'behind a WAV': (text) => Buffer.concat([wave(), text]),
  'as the sound of a WAV': (text) => wave({ data: text }),
  'behind OggS': (text) => Buffer.concat([Buffer.from('OggS\0\x02'), Buffer.alloc(21), text]),
  'with CRLF, 200 times': (text) => Buffer.from(text.toString().replaceAll('\n', '\r\n').repeat(200)),
};

/** The dresses that are tried on every text. The others are tried in turn. */
const ALWAYS = 2;

/** Playlists and other texts, which have to be refused or to be harmless, whatever stands around them. */
export function textFiles(targets: Targets): HostileFile[] {
  const dresses = Object.entries(DRESSES);
  return textCases(targets).flatMap(({ name, text }, index) =>
    dresses
      .filter((_, place) => place === 0 || (place - 1) % 6 === index % 6 || place === ALWAYS + 2)
      .map(([dress, wear]) => ({
        ...{ kind: 'text' as const, name: `${name}, ${dress}`, isProbed: index % 8 === 0 },
        make: () => wear(Buffer.from(text)),
      })),
  );
}
