import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createMailer, type Mail } from '../../../services/notification/mailer.ts';
import { messageFor } from '../../../services/notification/message.ts';
import { UnknownOutcome } from '../../../services/shared/dapr/sidecar.ts';
import { done } from '../../unit/notification/mp3-events.ts';
import { type Certificate, selfSigned } from './certificate.ts';
import { ABRUPT, DEADLY, LOGIN, type MailServer, startMailServer, UNKNOWN } from './mail-server.ts';
import { readMail } from './raw-mail.ts';
import { type Kind, type Mailing, startMailing } from './through-a-sidecar.ts';

const FROM = 'mp3converter <us@example.org>';
const mail = (fields: Partial<Mail> = {}): Mail => ({
  to: 'owner@example.org',
  id: '1.1',
  ...messageFor(done()),
  ...fields,
});

export interface Promises {
  /** Requests at the same time do not affect each other. */
  atOnce: boolean;
  /** The binding can use TLS from the first byte, on any port. */
  implicitTls: boolean;
  /** The binding uses `text` and `messageId`. */
  text: boolean;
}

/** Tests a mail binding for what the notification service needs of it. */
export function mailBindingContract(kind: Kind, promises: Promises): void {
  const mailerOf = ({ sidecar }: Mailing) => createMailer(sidecar.sendMail, { from: FROM });

  describe(`the binding ${kind}, with a plain mail server`, () => {
    let server: MailServer;
    let mailing: Mailing;
    before(async () => {
      server = await startMailServer();
      mailing = await startMailing(kind, { port: server.port });
    });
    after(async () => {
      await mailing?.stop();
      await server?.close();
    });
    const sent = (to: string) => server.taken.filter((taken) => taken.to.includes(to));

    it('sends a mail with its headers', async () => {
      await mailerOf(mailing).send(mail({ to: 'plain@example.org' }));
      const [taken, ...others] = sent('plain@example.org');
      assert.deepEqual([taken?.to, taken?.user, others], [['plain@example.org'], undefined, []]);
      const { header, headers } = readMail(taken?.raw ?? '');
      assert.match(header('from') ?? '', /^"?mp3converter"? <us@example\.org>$/);
      assert.equal(header('to'), 'plain@example.org');
      assert.equal(header('subject'), 'Your MP3 is ready: a.mp4');
      assert.equal(header('x-priority'), '3');
      assert.deepEqual(
        headers.filter(([name]) => ['cc', 'bcc', 'text', 'messageid'].includes(name)),
        [],
      );
      assert.equal(/^content-type: text\/plain/im.test(taken?.raw ?? ''), promises.text);
      assert.match(taken?.raw ?? '', /content-type: text\/html/i);
    });

    it('sends a repeated mail with the same Message-ID', { skip: !promises.text }, async () => {
      for (const id of ['7.1', '7.1', '7.2'])
        await mailerOf(mailing).send(mail({ to: 'again@example.org', id }));
      assert.deepEqual(
        sent('again@example.org').map(({ raw }) => readMail(raw).header('message-id')),
        ['<mail.7.1@example.org>', '<mail.7.1@example.org>', '<mail.7.2@example.org>'],
      );
    });

    for (const [index, filename] of [
      'a\r\nBcc: all@example.org\r\n\r\nbody',
      '=?utf-8?q?=0D=0ABcc:_all@example.org?=',
      '"quoted" <all@example.org>, x@example.org;',
      '日本語 🎵 \u202e.mp4',
      `${'x'.repeat(200)}\0`,
      '.\r\n.\r\n',
    ].entries()) {
      it(`sends a mail with a hostile file name to its recipient alone: ${JSON.stringify(filename.slice(0, 40))}`, async () => {
        const to = `hostile-${index}@example.org`;
        const message = messageFor(done({ filename }));
        await mailerOf(mailing).send(mail({ ...message, to }));
        const [taken] = sent(to);
        assert.deepEqual(taken?.to, [to]);
        const { headers, header } = readMail(taken?.raw ?? '');
        assert.deepEqual(
          headers.filter(([name]) => /^b?cc$/.test(name)),
          [],
        );
        // A reader decodes text that looks like an encoded word. It still does not become a header field.
        if (!filename.startsWith('=?')) assert.equal(header('subject'), message.subject);
      });
    }

    it('reports `unavailable` when the mail server refuses the recipient, whatever its reply looks like', async () => {
      await assert.rejects(mailerOf(mailing).send(mail({ to: UNKNOWN })), { code: 'unavailable' });
      assert.deepEqual(sent(UNKNOWN), []);
    });

    it('reports an unknown outcome when the mail server dies after it got the mail', async () => {
      await assert.rejects(mailerOf(mailing).send(mail({ to: DEADLY })), UnknownOutcome);
      assert.equal(sent(DEADLY).length, 1);
    });

    it('sends the next mail after that', async () => {
      await mailerOf(mailing).send(mail({ to: 'after@example.org' }));
      assert.equal(sent('after@example.org').length, 1);
    });

    it('reports `unavailable` when the mail server dies before it got the mail', {
      skip: kind === 'smtp',
    }, async () => {
      await assert.rejects(mailerOf(mailing).send(mail({ to: ABRUPT })), { code: 'unavailable' });
    });

    it('sends 50 mails to 50 recipients, and each gets its own', async () => {
      const mails = Array.from({ length: 50 }, (_, index) =>
        mail({ ...messageFor(done({ filename: `film ${index}.mp4` })), to: `many-${index}@example.org` }),
      );
      const mailer = mailerOf(mailing);
      if (promises.atOnce) await Promise.all(mails.map((one) => mailer.send(one)));
      else for (const one of mails) await mailer.send(one);
      for (const [index, { to, subject }] of mails.entries()) {
        const [taken, ...others] = sent(to);
        assert.deepEqual([taken?.to, others], [[to], []]);
        const { header, body } = readMail(taken?.raw ?? '');
        assert.deepEqual([header('to'), header('subject')], [to, subject]);
        assert.deepEqual([...new Set(body.match(/film \d+\.mp4/g))], [`film ${index}.mp4`]);
      }
    });

    it('reports `unavailable` when there is no mail server', async () => {
      await server.close();
      await assert.rejects(mailerOf(mailing).send(mail()), { code: 'unavailable' });
    });
  });

  describe(`the binding ${kind}, with TLS and a login`, () => {
    let folder: string;
    let certificate: Certificate;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mp3converter-tls-'));
      certificate = await selfSigned(folder);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function sendBy(
      secure: boolean,
      login: typeof LOGIN,
      { trusted = true, tls = 'auto' } = {},
    ): Promise<MailServer['taken']> {
      const { key, cert, file } = certificate;
      const server = await startMailServer({ key, cert, secure, authOptional: false, disabledCommands: [] });
      const own = kind === 'nodemailer' ? { ...(trusted && { caFile: file }), tls } : {};
      const trusting = trusted ? { trusted: file } : {};
      const mailing = await startMailing(kind, { port: server.port, login, metadata: own, ...trusting });
      try {
        await mailerOf(mailing).send(mail());
        return server.taken;
      } finally {
        await mailing.stop();
        await server.close();
      }
    }

    it('uses STARTTLS, and logs in after it', async () => {
      const [taken] = await sendBy(false, LOGIN);
      assert.deepEqual([taken?.user, taken?.encrypted], [LOGIN.user, true]);
    });

    const skip = !promises.implicitTls;
    it('uses TLS from the first byte', { skip }, async () => {
      const [taken] = await sendBy(true, LOGIN, { tls: 'implicit' });
      assert.deepEqual([taken?.user, taken?.encrypted], [LOGIN.user, true]);
    });

    it('reports `unavailable` when the password is wrong', async () => {
      await assert.rejects(sendBy(false, { ...LOGIN, password: 'another' }), { code: 'unavailable' });
    });

    it('reports `unavailable` when the certificate is not trusted', async () => {
      await assert.rejects(sendBy(false, LOGIN, { trusted: false }), { code: 'unavailable' });
    });
  });
}
