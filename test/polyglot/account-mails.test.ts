import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { ACCOUNT_MAIL_KINDS, type AccountMail } from '../../services/shared/contract/account-mail.ts';
import type { asyncapi } from '../../services/shared/contract/asyncapi/document.ts';
import { callerToken } from '../../services/shared/contract/caller-token.ts';
import { updateDocument } from '../../services/shared/state/documents.ts';
import { mailsTo, mailTo } from '../support/client.ts';
import { contractOf } from '../support/contract.ts';
import { linkIn } from '../support/mailed-links.ts';
import { eventSecretsOf, gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { variantsOf } from '../support/variants.ts';

/** The default of MAX_MAILS_PER_ADDRESS_PER_HOUR. */
const PER_HOUR = 500;

for (const system of systemsUnderTest().filter(({ replaced }) => replaced.includes('notification'))) {
  describe(`mails about accounts by the notification service in Python, over ${system.name}`, async () => {
    const response = await fetch(`${system.gatewayUrl}/asyncapi.json`);
    const document = (await response.json()) as typeof asyncapi;
    const contract = contractOf(document);
    const path = document.operations.receiveAccountMail['x-delivery-path'];
    const { accountMailRecord, mailCount } = document['x-state'];
    const [example] =
      (document.components.schemas.AccountMail as { examples?: AccountMail[] }).examples ?? [];
    const sidecar = gatewaySidecar(system);
    const token = callerToken('notification', eventSecretsOf(system));
    after(() => sidecar.close());

    const newMail = (fields: Partial<AccountMail> = {}): AccountMail => ({
      ...(example ?? assert.fail()),
      ...{ id: randomUUID(), to: `owner-${randomUUID()}@example.com` },
      ...fields,
    });

    /** Asks for a mail as the sidecar of the service does for auth. */
    const ask = (mail: unknown, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${system.apps.notification.appPort}${path}`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', 'dapr-api-token': system.tokens.appApi },
          ...{ 'x-caller-token': token, ...headers },
        },
        body: JSON.stringify(mail),
      });
    const statusOf = async (mail: unknown) => (await ask(mail)).status;

    async function stored(key: string, schema: 'StoredMailRecord' | 'StoredMailCount') {
      const value = (await sidecar.state.get(key))?.value;
      return value === undefined ? undefined : contract.assertValid(schema, JSON.parse(value)).document;
    }
    const record = ({ id }: AccountMail) =>
      stored(accountMailRecord.key.replace('{id}', id), 'StoredMailRecord');
    const counts = ({ to }: AccountMail) =>
      [0, 1].map((later) =>
        mailCount.key
          .replace('{sha256}', createHash('sha256').update(to.toLowerCase()).digest('hex'))
          .replace('{hour}', String(Math.floor(Date.now() / 3600_000) + later)),
      );

    it('sends a mail once, however often it is asked for, with the link of the mail', async () => {
      const mail = newMail({ detail: '<b>"Eve" & co</b>' });
      assert.deepEqual(await (await ask(mail)).json(), { status: 'sent' });
      const replies = await Promise.all([mail, mail, mail].map(statusOf));
      assert.deepEqual(replies, [200, 200, 200]);
      const sent = await mailTo(system.mailUrl, mail.to);
      assert.equal(sent.subject, 'Confirm your address');
      assert.ok(mail.link?.endsWith(linkIn(sent).token));
      assert.ok(sent.html.includes('&lt;b&gt;') && !sent.html.includes('<b>"Eve"'), sent.html);
      assert.equal((await mailsTo(system.mailUrl, mail.to)).length, 1);
      const { state, sends } = await record(mail);
      assert.deepEqual([state, sends], ['sent', 1]);
    });

    it('sends a mail of each kind', async () => {
      for (const kind of ACCOUNT_MAIL_KINDS) {
        const mail = newMail({ kind });
        assert.equal(await statusOf(mail), 200, kind);
        await mailTo(system.mailUrl, mail.to);
      }
    });

    it('sends what is valid by the contract, and refuses all else', async () => {
      const statuses = new Set<string>();
      for (const variant of variantsOf(newMail())) {
        const body = JSON.parse(JSON.stringify(variant));
        const isValid = contract.isValid('AccountMail', body);
        const mail = isValid ? { ...body, id: randomUUID() } : body;
        const status = await statusOf(mail);
        statuses.add(`${isValid} ${status}`);
      }
      assert.deepEqual([...statuses].sort(), ['false 400', 'true 200']);
    });

    it('refuses calls from outside the system', async () => {
      const mail = newMail();
      const other = callerToken('notification', ['the secret of another system, for a test']);
      for (const headers of [
        { 'x-caller-token': '' },
        { 'x-caller-token': other },
        { 'x-caller-token': callerToken('auth', eventSecretsOf(system)) },
        { 'dapr-api-token': 'another' },
      ])
        assert.equal((await ask(mail, headers)).status, 403);
      assert.equal(await record(mail), undefined);
    });

    it('sends no mail that has expired, and need not be asked for it again', async () => {
      const mail = newMail({ expires_at: '2020-01-01T00:00:00.000Z' });
      const reply = await ask(mail);
      assert.deepEqual([reply.status, await reply.json()], [200, { status: 'expired' }]);
      assert.equal(await record(mail), undefined);
    });

    it('answers 429 for an address that has reached its limit, and still recognizes a mail that was sent', async () => {
      const to = `Owner-${randomUUID()}@example.com`;
      const first = newMail({ to });
      assert.equal(await statusOf(first), 200);
      for (const key of counts(first))
        await updateDocument<{ mails: number }>(sidecar.state, key, () => ({ mails: PER_HOUR - 1 }), {
          ttlSeconds: 60,
        });
      assert.equal(await statusOf(newMail({ to: to.toLowerCase() })), 200);
      const late = newMail({ to });
      for (const key of counts(first))
        await updateDocument<{ mails: number }>(sidecar.state, key, () => ({ mails: PER_HOUR }), {
          ttlSeconds: 60,
        });
      const reply = await ask(late);
      assert.deepEqual([reply.status, reply.headers.get('retry-after')], [429, '300']);
      assert.equal(await record(late), undefined);
      assert.equal(await statusOf(first), 200);
    });

    it('answers 503 to a mail that the mail server refuses, which then counts for nothing', async () => {
      // The address has the most characters that the contract allows, 254, and this mail server accepts 253: it answers 501.
      const unique = randomUUID().replaceAll('-', '');
      const domain = `${['a', 'b'].map((letter) => letter.repeat(63)).join('.')}.${'c'.repeat(57)}.com`;
      const mail = newMail({ to: `${unique.padEnd(64, 'x')}@${domain}` });
      assert.equal(await statusOf(mail), 503);
      const { state, sends, refusals } = await record(mail);
      assert.deepEqual([state, sends, refusals], ['open', 0, 1]);
      const found = await Promise.all(counts(mail).map((key) => stored(key, 'StoredMailCount')));
      assert.deepEqual(
        found.filter((each) => each !== undefined),
        [{ mails: 0 }],
      );
    });
  });
}
