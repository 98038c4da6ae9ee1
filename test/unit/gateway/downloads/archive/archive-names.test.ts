import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createArchiveNames } from '../../../../../services/gateway/downloads/archive/archive-names.ts';

const namesOf = (filenames: readonly string[]) => filenames.map(createArchiveNames());

const NAMES: [what: string, filename: string, name: string][] = [
  ['a video', 'Ferien 2024.mp4', 'Ferien 2024.mp3'],
  ['other scripts', 'фильм 映画 é🎬.mkv', 'фильм 映画 é🎬.mp3'],
  ['a name without an extension', 'lecture 1.5', 'lecture 1.5.mp3'],
  ['a path upwards', '../../etc/passwd', '_.._etc_passwd.mp3'],
  ['an absolute path', '/etc/passwd', '_etc_passwd.mp3'],
  ['a Windows path', 'C:\\Windows\\a.mp4', 'C__Windows_a.mp3'],
  ['a network path', '\\\\host\\share', '__host_share.mp3'],
  ['the parent folder', '..', 'audio.mp3'],
  ['dots and blanks in front', '. .. .hidden.mp4', 'hidden.mp3'],
  ['an alternate stream', 'a:b.mp4', 'a_b.mp3'],
  ['a wildcard', 'what? *.mp4', 'what_ _.mp3'],
  ['quotation marks and angle brackets', '<b>"a|b"</b>.mp4', '_b__a_b___b_.mp3'],
  ['a null byte', 'a\0b.mp4', 'ab.mp3'],
  ['a line break', 'a\r\nb.mp4', 'ab.mp3'],
  ['reversed text', 'a\u202e3pm.mp4', 'a3pm.mp3'],
  ['an empty name', '', 'audio.mp3'],
  ['a blank before the extension', 'a .mp4', 'a.mp3'],
  ['a device', 'CON.mp4', '_CON.mp3'],
  ['a device in small letters', 'nul', '_nul.mp3'],
  ['a device with two extensions', 'aux.final.mp4', '_aux.final.mp3'],
  ['a port', 'com1.mp4', '_com1.mp3'],
  ['a port with a superscript', 'LPT².mp4', '_LPT².mp3'],
  ['a device before a blank', 'prn .x.mp4', '_prn .x.mp3'],
  ['a console', 'CONIN$.mp4', '_CONIN$.mp3'],
  ['a word that begins as a device', 'console.mp4', 'console.mp3'],
  ['a device in the middle', 'my con.mp4', 'my con.mp3'],
  ['a key of an object', '__proto__', '__proto__.mp3'],
  ['a name of too many bytes', 'é'.repeat(300), `${'é'.repeat(125)}.mp3`],
];

const LISTS: [what: string, filenames: string[], names: string[]][] = [
  ['equal names', ['a.mp4', 'a.mp4', 'a.mp4'], ['a.mp3', 'a (2).mp3', 'a (3).mp3']],
  ['names that differ in the extension', ['a.mp4', 'a.mkv'], ['a.mp3', 'a (2).mp3']],
  [
    'names that differ in case',
    ['Film.mp4', 'film.mp4', 'FILM'],
    ['Film.mp3', 'film (2).mp3', 'FILM (3).mp3'],
  ],
  ['two forms of an accent', ['\u00e9.mp4', 'e\u0301.mp4'], ['\u00e9.mp3', 'e\u0301 (2).mp3']],
  ['names that become equal', ['a?.mp4', 'a*.mp4'], ['a_.mp3', 'a_ (2).mp3']],
  ['a number that is taken', ['a', 'a (2)', 'a', 'a'], ['a.mp3', 'a (2).mp3', 'a (3).mp3', 'a (4).mp3']],
  ['a number that is taken later', ['a', 'a', 'a (2)'], ['a.mp3', 'a (2).mp3', 'a (2) (2).mp3']],
  [
    'names of invisible characters',
    ['\u200b', '\u202e', ''],
    ['audio.mp3', 'audio (2).mp3', 'audio (3).mp3'],
  ],
  ['an accent that makes no difference to case', ['a', 'A\u0301'], ['a.mp3', 'A\u0301.mp3']],
];

describe('createArchiveNames', () => {
  for (const [what, filename, name] of NAMES)
    it(`names the MP3 of ${what} as ${JSON.stringify(name.slice(0, 30))}`, () =>
      assert.deepEqual(namesOf([filename]), [name]));

  for (const [what, filenames, names] of LISTS)
    it(`gives different names to ${what}`, () => assert.deepEqual(namesOf(filenames), names));

  const LONG: [what: string, filenames: string[]][] = [
    ['equal', Array.from({ length: 1000 }, () => 'é'.repeat(300))],
    ['equal in the part that is left beside a number', Array.from({ length: 1000 }, longPair)],
    ['devices', Array.from({ length: 1000 }, () => `con.${'x'.repeat(300)}`)],
  ];
  for (const [what, filenames] of LONG) {
    it(`gives a thousand different names of 255 bytes at most to long names that are ${what}`, () => {
      const names = namesOf(filenames);
      assert.equal(new Set(names.map((name) => name.toUpperCase())).size, 1000);
      for (const name of names) assert.ok(Buffer.byteLength(name) <= 255 && /\.mp3$/.test(name), name);
    });
  }
});

/** Each name occurs twice, and all begin with the same 247 bytes. */
function longPair(_: unknown, at: number): string {
  return `${'x'.repeat(247)}${String(at >> 1).padStart(4, '0')}`;
}
