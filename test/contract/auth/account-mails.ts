import assert from 'node:assert/strict';
import type { Statements } from '../../../services/auth/database/database.ts';
import type { AccountMail } from '../../../services/shared/contract/account-mail.ts';

/** The mails of the outbox in the order in which they were queued, which are taken out of it. */
export async function takeMails({ rows, change }: Statements): Promise<AccountMail[]> {
  const found = await rows<{ mail: string }>('SELECT mail FROM mail_outbox ORDER BY created_at, id');
  await change('DELETE FROM mail_outbox');
  return found.map(({ mail }) => JSON.parse(mail) as AccountMail);
}

/** The token of the only mail of that kind. */
export async function takeToken(database: Statements, kind: AccountMail['kind']): Promise<string> {
  const mails = (await takeMails(database)).filter((mail) => mail.kind === kind);
  assert.equal(mails.length, 1, `${mails.length} mails of kind ${kind}`);
  const token = /#\/[a-z-]+\/([\w-]{43})$/.exec(mails[0]?.link ?? '')?.[1];
  assert.ok(token, 'the mail has no token');
  return token;
}
