import assert from 'node:assert/strict';
import { appendFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type Decision, decide, type WantedMp3 } from '../../../../../services/gateway/cli/convert/decide.ts';
import { createJournal, fingerprintOf } from '../../../../../services/gateway/cli/convert/journal.ts';
import { temporaryFolder } from '../test-terminal.ts';

const JOB = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const OPTIONS = { bitrate: '192' };
const url = 'http://gateway.test';

interface Left {
  film: string;
  mp3: string;
  /** Remembers the conversion, as a run does: before or after the MP3 was saved. */
  remember: (isSaved: boolean) => Promise<void>;
}

async function build(context: TestContext) {
  const folder = await temporaryFolder(context);
  const journal = createJournal(path.join(folder, 'journal'));
  const [film, mp3] = [path.join(folder, 'a.mp4'), path.join(folder, 'a.mp3')];
  await writeFile(film, 'a film');
  await utimes(film, 1000, 1000);
  const remember = async (isSaved: boolean) => {
    const fingerprint = await fingerprintOf(film);
    assert.ok(fingerprint);
    const saved = isSaved ? ((await fingerprintOf(mp3)) ?? null) : null;
    journal.keep(mp3, { url, film: fingerprint, options: OPTIONS, job: JOB, mp3: saved });
  };
  const decideNow = (wanted: Partial<WantedMp3> = {}) =>
    decide({ source: film, target: mp3, options: OPTIONS, url, force: false, ...wanted }, journal);
  return { film, mp3, remember, decideNow };
}

describe('decide', () => {
  const saved = async ({ mp3, remember }: Left) => {
    await writeFile(mp3, 'sound');
    await remember(true);
  };
  const CASES: [
    title: string,
    leave: (left: Left) => Promise<unknown>,
    wanted: Partial<WantedMp3>,
    Decision,
  ][] = [
    ['converts a film of which nothing is known', async () => {}, {}, { kind: 'convert', overwrite: false }],
    ['fetches a job that was sent', ({ remember }) => remember(false), {}, { kind: 'fetch', job: JOB }],
    [
      'converts anew at another gateway',
      ({ remember }) => remember(false),
      { url: 'http://other' },
      { kind: 'convert', overwrite: false },
    ],
    [
      'converts anew with other options',
      ({ remember }) => remember(false),
      { options: {} },
      { kind: 'convert', overwrite: false },
    ],
    [
      'converts a film anew that has changed since it was sent',
      async ({ remember, film }) => {
        await remember(false);
        await appendFile(film, 'more');
      },
      {},
      { kind: 'convert', overwrite: false },
    ],
    ['leaves out what is saved', saved, {}, { kind: 'done' }],
    ['converts again with --force', saved, { force: true }, { kind: 'convert', overwrite: true }],
    [
      'replaces an MP3 of its own when the film has changed',
      async (left) => {
        await saved(left);
        await appendFile(left.film, 'more');
      },
      {},
      { kind: 'convert', overwrite: true },
    ],
    [
      'does not overwrite an MP3 of its own that was made otherwise',
      saved,
      { options: { bitrate: '64' } },
      { kind: 'taken', isNewer: true, isOtherwise: true },
    ],
    [
      'does not take an MP3 for its own that somebody has changed since',
      async (left) => {
        await saved(left);
        await appendFile(left.mp3, 'tags');
      },
      {},
      { kind: 'taken', isNewer: true, isOtherwise: false },
    ],
    [
      'does not overwrite a file of somebody else',
      ({ mp3 }) => writeFile(mp3, 'mine'),
      {},
      { kind: 'taken', isNewer: true, isOtherwise: false },
    ],
    [
      'tells an older file of somebody else',
      async ({ mp3 }) => {
        await writeFile(mp3, 'mine');
        await utimes(mp3, 500, 500);
      },
      {},
      { kind: 'taken', isNewer: false, isOtherwise: false },
    ],
  ];
  for (const [title, leave, wanted, expected] of CASES) {
    it(title, async (context) => {
      const left = await build(context);
      await leave(left);
      assert.deepEqual(await left.decideNow(wanted), expected);
    });
  }
});
