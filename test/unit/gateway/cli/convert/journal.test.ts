import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createJournal, type JournalEntry } from '../../../../../services/gateway/cli/convert/journal.ts';
import { temporaryFolder } from '../test-terminal.ts';

const ENTRY: JournalEntry = {
  ...{
    url: 'http://gateway.test',
    options: { title: 'Ü' },
    job: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10',
    mp3: null,
  },
  film: { path: '/films/a.mp4', size: 5, mtime_ms: 1000 },
};

async function build(context: TestContext, max?: number) {
  const folder = path.join(await temporaryFolder(context), 'new', 'journal');
  return { folder, journal: createJournal(folder, max) };
}

describe('createJournal', () => {
  it('keeps one private file for each MP3', async (context) => {
    const { journal, folder } = await build(context);
    journal.keep('/mp3/a.mp3', ENTRY);
    journal.keep('/mp3/a.mp3', { ...ENTRY, options: {} });
    journal.keep('/mp3/../b.mp3', ENTRY);
    assert.deepEqual(journal.find('/mp3/a.mp3'), { ...ENTRY, options: {} });
    const names = await readdir(folder);
    assert.equal(names.length, 2);
    for (const name of names) {
      assert.match(name, /^[\da-f]{32}\.json$/);
      assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600);
    }
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });

  it('ignores a record that is damaged', async (context) => {
    const { journal, folder } = await build(context);
    journal.keep('/a.mp3', ENTRY);
    const [name = ''] = await readdir(folder);
    const text = await readFile(path.join(folder, name), 'utf8');
    for (const damaged of ['', text.slice(0, -5), '{}', 'null', text.replace('5f3a', '../x')]) {
      await writeFile(path.join(folder, name), damaged);
      assert.equal(journal.find('/a.mp3'), undefined);
    }
  });

  it('forgets the oldest half when there are too many', async (context) => {
    const { journal, folder } = await build(context, 100);
    for (let number = 0; number < 301; number++) journal.keep(`/${number}.mp3`, ENTRY);
    assert.ok((await readdir(folder)).length <= 151);
    assert.ok(journal.find('/300.mp3'));
  });

  it('does not fail where nothing can be written', async (context) => {
    const folder = await temporaryFolder(context);
    await writeFile(path.join(folder, 'file'), '');
    const journal = createJournal(path.join(folder, 'file', 'journal'));
    journal.keep('/a.mp3', ENTRY);
    assert.equal(journal.find('/a.mp3'), undefined);
  });
});
