import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { signalProcess } from '../../../deploy/process/child.ts';
import { createMailer } from '../../../services/notification/mailer.ts';
import { messageFor } from '../../../services/notification/message.ts';
import { connectSidecar, UnknownOutcome } from '../../../services/shared/dapr/sidecar.ts';
import { waitFor } from '../../support/wait.ts';
import { done } from '../../unit/notification/mp3-events.ts';
import { isSigned } from './dkim.ts';
import { SILENT, startMailServer } from './mail-server.ts';
import { readMail } from './raw-mail.ts';
import { startMailing } from './through-a-sidecar.ts';

const mail = { to: 'owner@example.org', id: '1.1', ...messageFor(done({ filename: 'Bücher \t 1.mp4' })) };

async function setUp(
  t: TestContext,
  metadata: Record<string, string> = {},
  { port, env }: { port?: number; env?: Record<string, string> } = {},
) {
  const server = await startMailServer();
  t.after(() => server.close());
  const mailing = await startMailing('nodemailer', {
    port: port ?? server.port,
    metadata,
    ...(env && { env }),
  });
  t.after(() => mailing.stop());
  const mailer = createMailer(mailing.sidecar.sendMail, { from: 'us@example.org' });
  const { component, startComponent, daprHttpPort } = mailing;
  assert.ok(component);
  return { server, mailer, component, startComponent, daprHttpPort };
}

describe('the component nodemailer', () => {
  it('signs a mail with DKIM, and sets the headers that unsubscribe and that prevent automatic replies', async (t) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { server, mailer } = await setUp(t, {
      dkimDomain: 'example.org',
      dkimSelector: 'one',
      dkimPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      listUnsubscribe: 'https://example.org/unsubscribe?from=mp3converter',
    });
    await mailer.send(mail);
    const { raw = '' } = server.taken[0] ?? {};
    const { header } = readMail(raw);
    assert.equal(header('auto-submitted'), 'auto-generated');
    assert.equal(header('list-unsubscribe'), '<https://example.org/unsubscribe?from=mp3converter>');
    assert.equal(header('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
    assert.match(header('dkim-signature') ?? '', /d=example\.org; .*s=one;/);
    const covers = ['from', 'to', 'subject', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post'];
    assert.ok(isSigned(raw, publicKey, covers));
    assert.ok(!isSigned(raw.replace('Subject: ', 'Subject: x'), publicKey, covers));
    assert.ok(!isSigned(raw.replace('MP3', 'MP4'), publicKey, covers));
  });

  it('keeps connections open, and no more than maxConnections', async (t) => {
    const { server, mailer } = await setUp(t, { maxConnections: '3' });
    await Promise.all(Array.from({ length: 30 }, () => mailer.send(mail)));
    assert.deepEqual([server.taken.length, server.connections()], [30, 3]);
  });

  it('reports an unknown outcome when the mail server stays silent after it got the mail', async (t) => {
    const { mailer } = await setUp(t, { silenceSeconds: '1' });
    await assert.rejects(mailer.send({ ...mail, to: SILENT }), UnknownOutcome);
  });

  it('reports `unavailable` when the mail server does not greet', async (t) => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    t.after(() => mute.close());
    const { mailer } = await setUp(
      t,
      { greetingSeconds: '1' },
      {
        port: (mute.address() as AddressInfo).port,
      },
    );
    await assert.rejects(mailer.send(mail), { code: 'unavailable' });
  });

  it('sends other mails while one waits for its reply', async (t) => {
    const { server, mailer } = await setUp(t, { maxConnections: '2' });
    const silent = mailer.send({ ...mail, to: SILENT });
    await waitFor('it', async () => server.taken.length === 1);
    await mailer.send(mail);
    server.answer();
    await silent;
  });

  it('does not send a mail that is still in the queue when its caller has gone', async (t) => {
    const { server, mailer, component, daprHttpPort } = await setUp(t, { maxConnections: '1' });
    const silent = mailer.send({ ...mail, to: SILENT });
    await waitFor('it', async () => server.taken.length === 1);
    const impatient = connectSidecar({ host: '127.0.0.1', port: daprHttpPort });
    const waiting = assert.rejects(
      createMailer(impatient.sendMail, { from: 'us@example.org' }).send({ ...mail, id: '2.1' }),
      UnknownOutcome,
    );
    const log = () => readFileSync(component.logFile, 'utf8');
    await waitFor('it to be there', async () => log().includes('<mail.2.1@example.org>'));
    await impatient.close();
    await waiting;
    await waitFor('its end', async () => log().includes('EABORT'));
    server.answer();
    await silent;
    await mailer.send({ ...mail, id: '3.1' });
    const ids = server.taken.map(({ raw }) => readMail(raw).header('message-id'));
    assert.deepEqual(ids, ['<mail.1.1@example.org>', '<mail.3.1@example.org>']);
  });

  it('finishes the send under way after SIGTERM, and removes its private socket', async (t) => {
    const { server, mailer, component } = await setUp(t);
    const socket = join(dirname(component.logFile), 'sockets/nodemailer.sock');
    assert.equal(statSync(socket).mode & 0o077, 0);
    const silent = mailer.send({ ...mail, to: SILENT });
    await waitFor('it', async () => server.taken.length === 1);
    signalProcess(component.pid, 'SIGTERM');
    await waitFor('the end of its door', async () =>
      mailer.send(mail).then(
        () => false,
        () => true,
      ),
    );
    server.answer();
    await silent;
    assert.equal((await component.exited).code, 0);
    assert.ok(!existsSync(socket));
  });

  it('ends after SHUTDOWN_SECONDS even when a send is under way, whose outcome is then unknown', async (t) => {
    const { server, mailer, component } = await setUp(t, {}, { env: { SHUTDOWN_SECONDS: '1' } });
    const lost = assert.rejects(mailer.send({ ...mail, to: SILENT }), UnknownOutcome);
    await waitFor('it', async () => server.taken.length === 1);
    signalProcess(component.pid, 'SIGTERM');
    await lost;
    assert.equal((await component.exited).code, 0);
  });

  it('leaves an unknown outcome when it is killed during a send, and sends mails again after a restart', async (t) => {
    const { server, mailer, component, startComponent } = await setUp(t);
    const lost = assert.rejects(mailer.send({ ...mail, to: SILENT }), UnknownOutcome);
    await waitFor('it', async () => server.taken.length === 1);
    signalProcess(component.pid, 'SIGKILL');
    await lost;
    await assert.rejects(mailer.send(mail), { code: 'unavailable' });
    await startComponent('component-2');
    await waitFor('the sidecar to find it', () =>
      mailer.send({ ...mail, id: '2.1' }).then(
        () => true,
        () => false,
      ),
    );
    assert.equal(server.taken.length, 2);
  });

  it('does not start with unknown metadata', async () => {
    const starting = startMailing('nodemailer', { port: 1, metadata: { tsl: 'starttls' } });
    await assert.rejects(starting, /tsl/);
  });
});
