import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mp3Name } from '../../../../services/gateway/downloads/mp3-name.ts';

const NAMES: [filename: string, mp3: string][] = [
  ['Ferien.final.mp4', 'Ferien.final.mp3'],
  ['Ferien.MKV', 'Ferien.mp3'],
  ['clip.webm', 'clip.mp3'],
  ['recording.m2ts', 'recording.mp3'],
  ['song.mp3', 'song.mp3'],
  ['twice.mp4.mp4', 'twice.mp4.mp3'],
  ['noext', 'noext.mp3'],
  ['Mr. Bean', 'Mr. Bean.mp3'],
  ['Mr. Bean.mp4', 'Mr. Bean.mp3'],
  ['Vol. 2', 'Vol. 2.mp3'],
  ['lecture 1.5', 'lecture 1.5.mp3'],
  ['Dr. No', 'Dr. No.mp3'],
  ['St. Ives', 'St. Ives.mp3'],
  ['No. 5.mov', 'No. 5.mp3'],
  ['2024.12.31', '2024.12.31.mp3'],
  ['v2.0.1', 'v2.0.1.mp3'],
  ['J.R.R', 'J.R.R.mp3'],
  ['The End.', 'The End..mp3'],
  ['wait...', 'wait....mp3'],
  ['Лекция 3.а', 'Лекция 3.а.mp3'],
  ['.mp4', 'audio.mp3'],
  ['...mp4', 'audio.mp3'],
  ['.hidden.mp4', 'hidden.mp3'],
  ['', 'audio.mp3'],
  [`${'a'.repeat(255)}`, `${'a'.repeat(251)}.mp3`],
  [`${'ж'.repeat(200)}.mp4`, `${'ж'.repeat(125)}.mp3`],
  [`${'👩\u200d💻'.repeat(40)}.mp4`, `${'👩\u200d💻'.repeat(22)}.mp3`],
  [`${'🇩🇪'.repeat(40)}.mp4`, `${'🇩🇪'.repeat(31)}.mp3`],
  [`${'a '.repeat(126)}b.mp4`, `${'a '.repeat(125)}a.mp3`],
];

describe('mp3Name', () => {
  for (const [filename, mp3] of NAMES) {
    it(`turns ${JSON.stringify(filename.slice(0, 30))} into ${JSON.stringify(mp3.slice(0, 30))}`, () => {
      assert.equal(mp3Name(filename), mp3);
      assert.ok(Buffer.byteLength(mp3) <= 255);
    });
  }
});
