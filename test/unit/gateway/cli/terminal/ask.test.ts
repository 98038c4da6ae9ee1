import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askCode, askPassword } from '../../../../../services/gateway/cli/terminal/ask.ts';
import { terminalWith } from '../test-terminal.ts';

const { signal } = new AbortController();
const EMAIL = 'ann@example.com';
const PASSWORD = /Password of ann@example\.com: /;
const CODE = /Code of your authenticator app, or a recovery code: /;

describe('questions at a terminal', () => {
  it('hide a password, and show a code', async () => {
    const { streams, said } = terminalWith([
      [PASSWORD, 'open: sésame\r'],
      [CODE, ' 123 456 \r'],
    ]);
    assert.equal(await askPassword(EMAIL, streams, signal), 'open: sésame');
    assert.equal(await askCode(streams, signal), '123 456');
    assert.ok(!said().includes('sésame'));
    assert.match(said(), /123 456/);
  });

  it('end where the terminal was closed before', async () => {
    const { streams } = terminalWith([[CODE, '123456\r']]);
    await askCode(streams, signal);
    await assert.rejects(askCode(streams, signal), /No code was given/);
    await assert.rejects(askPassword(EMAIL, streams, signal), /No password was given/);
  });
});
