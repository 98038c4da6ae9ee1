import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As the sink writes it. Times in ms since 1970. */
export interface StoredMail {
  to: string[];
  /** When the connection began that brought it. */
  openedAt: number;
  storedAt: number;
  raw: string;
}

export interface MailEvidence {
  to: string;
  filename: string;
  outcome: 'done' | 'failed' | 'unknown';
  /** The job of its link. */
  linked: string | undefined;
  openedAt: number;
  storedAt: number;
}

/** Names of the mails that are stored in full. */
export const mailFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.json'));

export async function readMails(folder: string): Promise<MailEvidence[]> {
  const names = await mailFiles(folder);
  const mails = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredMail),
  );
  return mails.map(parseMail).sort((a, b) => a.storedAt - b.storedAt);
}

/** The suite's own file names are ASCII, so that subject and quoted-printable text (RFC 2045 6.7) hide nothing of them. */
export function parseMail({ to, openedAt, storedAt, raw }: StoredMail): MailEvidence {
  const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/im.exec(raw)?.[1]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
  const [, told = '', filename = ''] =
    /^(Your MP3 is ready|Could not be converted): (.*)$/.exec(subject) ?? [];
  const body = raw
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return {
    to: to.join(', '),
    filename: filename.trim(),
    outcome: told === '' ? 'unknown' : told.startsWith('Your') ? 'done' : 'failed',
    linked: /\/download\/([0-9a-f-]{36})/.exec(body)?.[1],
    openedAt,
    storedAt,
  };
}
