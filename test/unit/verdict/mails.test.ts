import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMail } from '../../verdict/mails.ts';

const id = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const stored = (raw: string) =>
  parseMail({ to: ['ann@example.com'], openedAt: 1, storedAt: 2, raw: raw.replaceAll('\n', '\r\n') });

describe('parseMail(mail)', () => {
  it('reads outcome, file name and, across soft line breaks, the linked job', () => {
    const mail = stored(
      `From: x\nSubject: Your MP3 is ready: film-7-12.mp4\nContent-Transfer-Encoding: quoted-printable\n\n<a href=3D"http://localhost:1/down=\nload/${id.slice(0, 20)}=\n${id.slice(20)}?expires=3D1&amp;signature=3Dx">`,
    );
    assert.deepEqual(mail, {
      to: 'ann@example.com',
      filename: 'film-7-12.mp4',
      outcome: 'done',
      linkedJobId: id,
      openedAt: 1,
      storedAt: 2,
    });
  });

  it('reads the outcome of a mail about an MP3 that is incomplete', () => {
    const mail = stored(`Subject: Your MP3 is incomplete: film-7-12.mp4\n\n/download/${id}`);
    assert.deepEqual([mail.outcome, mail.filename, mail.linkedJobId], ['done', 'film-7-12.mp4', id]);
  });

  it('reads a folded subject of a mail about a failure', () => {
    const mail = stored('Subject: Could not be converted:\n noise-7-13.ogg\n\nsorry');
    assert.equal(mail.outcome, 'failed');
    assert.equal(mail.filename, 'noise-7-13.ogg');
    assert.equal(mail.linkedJobId, undefined);
  });

  it('reports an unknown outcome for any other subject', () => {
    assert.equal(stored('Subject: Hello\n\nhello').outcome, 'unknown');
  });
});
