import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { SendMailOptions } from 'nodemailer';
import { pino } from 'pino';
import { createBinding } from '../../../components/mail/nodemailer/binding.ts';
import { Failure } from '../../../components/mail/nodemailer/failure.ts';
import { logLines } from '../../support/log-lines.ts';

const { signal } = new AbortController();
const properties = {
  host: 'a.example.org',
  port: '25',
  emailFrom: 'us@example.org',
  user: 'me',
  password: 'pw',
};
const request = (operation = 'create') => ({
  operation,
  data: Buffer.from('<p>'),
  metadata: { emailTo: 'a@example.org', subject: 'hello', messageId: '<1@example.org>' },
});

function setUp(fail?: Error) {
  const log: string[] = [];
  const lines = logLines();
  const connect: Parameters<typeof createBinding>[2] = ({ host }) => ({
    async send({ subject }: SendMailOptions) {
      if (fail) throw fail;
      log.push(`${host}: ${subject}`);
      return 0;
    },
    close: (options) => void log.push(`${host} closed${options?.now ? ' at once' : ''}`),
  });
  return {
    binding: createBinding(pino({ level: 'trace' }, lines), { read: () => ({}), write() {} }, connect),
    log,
    lines,
  };
}

describe('createBinding', () => {
  it('gives each component its own mail server', async () => {
    const { binding, log } = setUp();
    await binding.init('one', properties);
    await binding.init('two', { ...properties, host: 'b.example.org' });
    await binding.invoke('two', request(), signal);
    await binding.invoke('one', request(), signal);
    assert.deepEqual(log, ['b.example.org: hello', 'a.example.org: hello']);
  });

  it('keeps the connections when a sidecar sends the same settings, and replaces them when it sends others', async () => {
    const { binding, log } = setUp();
    await binding.init('mail', properties);
    await binding.init('mail', { ...properties });
    assert.deepEqual(log, []);
    await binding.init('mail', { ...properties, host: 'b.example.org' });
    await binding.invoke('mail', request(), signal);
    binding.close();
    assert.deepEqual(log, ['a.example.org closed', 'b.example.org: hello', 'b.example.org closed at once']);
  });

  it('keeps the previous settings when a sidecar sends invalid ones', async () => {
    const { binding, log } = setUp();
    await binding.init('mail', properties);
    for (const bad of [{ port: '0' }, { caFile: '/does/not/exist' }])
      await assert.rejects(binding.init('mail', { ...properties, ...bad }), {
        code: status.INVALID_ARGUMENT,
      });
    await binding.invoke('mail', request(), signal);
    assert.deepEqual(log, ['a.example.org: hello']);
  });

  it('refuses a request of a component whose settings it has not received', async () => {
    const { binding } = setUp();
    await assert.rejects(binding.invoke('mail', request(), signal), { code: status.FAILED_PRECONDITION });
  });

  it('refuses an unknown operation', async () => {
    const { binding } = setUp();
    await binding.init('mail', properties);
    await assert.rejects(binding.invoke('mail', request('delete'), signal), { code: status.UNIMPLEMENTED });
  });

  it('logs the id of a mail, and neither its recipient, its subject nor the password', async () => {
    const { binding, lines } = setUp(new Failure('refused', '550 no a@example.org here'));
    await binding.init('mail', properties);
    await assert.rejects(binding.invoke('mail', request(), signal), { code: status.FAILED_PRECONDITION });
    assert.match(lines.text(), /<1@example\.org>/);
    assert.doesNotMatch(lines.text(), /a@example|hello|pw/);
  });
});
