import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createSavedSettings } from '../../../components/mail/nodemailer/saved-settings.ts';

function newFile(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mp3converter-saved-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'nodemailer.json');
}

describe('createSavedSettings', () => {
  it('returns the settings of each component to the next process', (context) => {
    const file = newFile(context);
    const first = createSavedSettings(file);
    assert.deepEqual(first.read(), {});
    first.write('mail', { host: 'a' });
    first.write('other', { host: 'b' });
    first.write('mail', { host: 'c' });
    assert.deepEqual(createSavedSettings(file).read(), { mail: { host: 'c' }, other: { host: 'b' } });
  });

  it('writes a file that only its owner can read, and leaves no other file behind', (context) => {
    const file = newFile(context);
    createSavedSettings(file).write('mail', { password: 'secret' });
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.deepEqual(readdirSync(join(file, '..')), ['nodemailer.json']);
  });

  for (const content of ['', '{', '[]', '{"mail":{"port":25}}', '{"mail":null}']) {
    it(`treats a file with the content «${content}» as missing`, (context) => {
      const file = newFile(context);
      writeFileSync(file, content);
      assert.deepEqual(createSavedSettings(file).read(), {});
      createSavedSettings(file).write('mail', { host: 'a' });
      assert.deepEqual(createSavedSettings(file).read(), { mail: { host: 'a' } });
    });
  }
});
