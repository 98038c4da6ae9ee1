import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keepSettingsIn } from '../../../components/mail/nodemailer/kept-settings.ts';

function newFile(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mp3converter-kept-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'nodemailer.json');
}

test('what one process has kept the next one finds, for each component', (context) => {
  const file = newFile(context);
  const first = keepSettingsIn(file);
  assert.deepEqual(first.read(), {});
  first.write('mail', { host: 'a' });
  first.write('other', { host: 'b' });
  first.write('mail', { host: 'c' });
  assert.deepEqual(keepSettingsIn(file).read(), { mail: { host: 'c' }, other: { host: 'b' } });
});

test('the file is its owner’s alone, and nothing lies beside it', (context) => {
  const file = newFile(context);
  keepSettingsIn(file).write('mail', { password: 'secret' });
  assert.equal(statSync(file).mode & 0o077, 0);
  assert.deepEqual(readdirSync(join(file, '..')), ['nodemailer.json']);
});

for (const content of ['', '{', '[]', '{"mail":{"port":25}}', '{"mail":null}']) {
  test(`a file that holds ${content || 'nothing'} is as good as none`, (context) => {
    const file = newFile(context);
    writeFileSync(file, content);
    assert.deepEqual(keepSettingsIn(file).read(), {});
    keepSettingsIn(file).write('mail', { host: 'a' });
    assert.deepEqual(keepSettingsIn(file).read(), { mail: { host: 'a' } });
  });
}
