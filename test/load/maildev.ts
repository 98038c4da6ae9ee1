import { type MailEvidence, parseMail } from '../verdict/mails.ts';

const ASK_MS = 30_000;

interface Envelope {
  id: string;
  time: string;
  envelope: { to: { address: string }[] };
}

/** What MailDev answers; throws at any status but 200, too. */
async function askMailDev(url: string, path: string): Promise<Response> {
  const answer = await fetch(`${url}/api/email${path}`, { signal: AbortSignal.timeout(ASK_MS) });
  if (answer.status !== 200) throw new Error(`MailDev answered ${answer.status} to ${path || 'its list'}`);
  return answer;
}

/** All that are there now. A mail never changes: each is read once, and kept in `known` by its id. */
export async function readMails(url: string, known: Map<string, MailEvidence>): Promise<MailEvidence[]> {
  const list = (await (await askMailDev(url, '')).json()) as Envelope[];
  return Promise.all(
    list.map(async ({ id, time, envelope }) => {
      const before = known.get(id);
      if (before) return before;
      const raw = await (await askMailDev(url, `/${id}/source`)).text();
      const at = Date.parse(time);
      const to = envelope.to.map(({ address }) => address);
      const mail = parseMail({ to, openedAt: at, storedAt: at, raw: raw.replace(/\r?\n/g, '\r\n') });
      known.set(id, mail);
      return mail;
    }),
  );
}
