import { type MailEvidence, parseMail } from '../verdict/mails.ts';

const ASK_MS = 30_000;

interface ListedMail {
  id: string;
  time: string;
  envelope: { to: { address: string }[] };
}

/** Asks the API of MailDev. Throws for every status but 200. */
async function askMailDev(url: string, path: string): Promise<Response> {
  const response = await fetch(`${url}/api/email${path}`, { signal: AbortSignal.timeout(ASK_MS) });
  if (response.status !== 200)
    throw new Error(`MailDev answered ${response.status} to ${path || 'a request for its list'}`);
  return response;
}

/** Reads all mails in MailDev. A mail never changes, so each is read once and kept in `known` by its id. */
export async function readMailDev(url: string, known: Map<string, MailEvidence>): Promise<MailEvidence[]> {
  const list = (await (await askMailDev(url, '')).json()) as ListedMail[];
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
