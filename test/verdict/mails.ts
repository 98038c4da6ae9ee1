import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A mail as the chaos mail sink writes it. Times are in ms since 1970. */
export interface StoredMail {
  to: string[];
  /** When the connection that brought it was opened. */
  openedAt: number;
  storedAt: number;
  /** The message with its header, as Latin-1. */
  raw: string;
}

/** What a mail says. Times are in ms since 1970. */
export interface MailEvidence {
  to: string;
  filename: string;
  outcome: 'done' | 'failed' | 'unknown';
  /** The job that its download link is for. */
  linkedJobId: string | undefined;
  openedAt: number;
  storedAt: number;
}

/** Names of the files of all mails that are stored completely. */
export const mailFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.json'));

/** Reads all mails in a folder of the chaos mail sink, in the order in which they were stored. */
export async function readMails(folder: string): Promise<MailEvidence[]> {
  const names = await mailFiles(folder);
  const mails = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredMail),
  );
  return mails.map(parseMail).sort((a, b) => a.storedAt - b.storedAt);
}

/**
 * Reads subject and link of a mail. It decodes folded headers and quoted-printable text (RFC 2045 6.7), which is enough because
 * the file names of the tests are ASCII.
 */
export function parseMail({ to, openedAt, storedAt, raw }: StoredMail): MailEvidence {
  const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/im.exec(raw)?.[1]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
  const [, title = '', filename = ''] =
    /^(Your MP3 is (?:ready|incomplete)|Could not be converted): (.*)$/.exec(subject) ?? [];
  const body = raw
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return {
    to: to.join(', '),
    filename: filename.trim(),
    outcome: title === '' ? 'unknown' : title.startsWith('Your') ? 'done' : 'failed',
    linkedJobId: /\/download\/([0-9a-f-]{36})/.exec(body)?.[1],
    openedAt,
    storedAt,
  };
}
