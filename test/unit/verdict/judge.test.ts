import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Evidence, type JobEvidence, judge, passed, type Verdict } from '../../verdict/judge.ts';
import type { MailEvidence } from '../../verdict/mails.ts';

const NOON = Date.parse('2026-01-01T12:00:00Z');

const job = (fields: Partial<JobEvidence> = {}): JobEvidence => ({
  ids: ['id-1'],
  filename: 'film-1.mp4',
  email: 'ann@example.com',
  expects: 'done',
  actions: [],
  seen: ['queued', 'done'],
  status: 'done',
  code: undefined,
  ...fields,
});
const mail = (fields: Partial<MailEvidence> = {}): MailEvidence => ({
  to: 'ann@example.com',
  filename: 'film-1.mp4',
  outcome: 'done',
  linked: 'id-1',
  openedAt: NOON,
  storedAt: NOON + 100,
  ...fields,
});
const stored = { id: 'id-1', filename: 'film-1.mp4', status: 'done' as const, video: 'v', audio: 'a' };

/** One job that went as it should. */
const fine: Evidence = {
  jobs: [job()],
  strangers: [],
  listed: new Set(['id-1']),
  refusals: [],
  mails: [mail()],
  faults: [],
  hits: [],
  repeats: [],
  keys: ['job:id-1', 'blob:v', 'chunk:v:0', 'blob:a', 'chunk:a:0', 'open:0', 'idem:x'],
  stored: [stored],
  open: [],
  folders: [],
  processes: [],
};
const killOf = (target: string, at: number) => ({
  number: 1,
  kind: `kill ${target}`,
  target,
  from: at,
  to: at,
});
const failing = { expects: 'no_audio', status: 'failed', code: 'no_audio', seen: ['failed'] };
const sorry = mail({ outcome: 'failed', linked: undefined });
const again = mail({ openedAt: NOON + 60_000, storedAt: NOON + 60_100 });

type Findings = Exclude<keyof Verdict, 'ends'>;
const rows: [what: string, evidence: Partial<Evidence>, findings: Partial<Record<Findings, number>>][] = [
  ['all is well', {}, {}],
  ['a bad file failed with its code', { jobs: [job(failing)], mails: [sorry] }, {}],
  [
    'a job is not final',
    { jobs: [job({ status: 'converting', seen: [] })], mails: [] },
    { lost: 1, lostMails: 1 },
  ],
  ['a job gives no answer', { jobs: [job({ status: undefined })] }, { lost: 1 }],
  ['a job is gone that nobody deleted', { jobs: [job({ status: 'gone' })] }, { lost: 1 }],
  [
    'an upload is left in the store',
    { stored: [stored, { ...stored, id: 'id-2', status: 'uploading' }] },
    { lost: 1 },
  ],
  [
    'users, store and index tell of the same job',
    {
      jobs: [job({ status: 'queued', seen: [] })],
      stored: [{ ...stored, status: 'queued' }],
      open: ['id-1'],
    },
    { lost: 1 },
  ],
  ['the index holds a job still', { open: ['id-1'] }, { lost: 1 }],
  [
    'a good file failed',
    { jobs: [job({ status: 'failed', code: 'truncated', seen: [] })], mails: [sorry] },
    { wrong: 1 },
  ],
  [
    'a good file was given up',
    { jobs: [job({ status: 'failed', code: 'gave_up', seen: [] })], mails: [sorry] },
    { gaveUp: 1 },
  ],
  ['a bad file is done', { jobs: [job({ expects: 'no_audio' })], mails: [sorry] }, { wrong: 1 }],
  [
    'a bad file failed with another code',
    { jobs: [job({ ...failing, code: 'not_media' })], mails: [sorry] },
    { wrong: 1 },
  ],
  ['one key gave two jobs', { jobs: [job({ ids: ['id-1', 'id-2'] })] }, { wrong: 1 }],
  ['a job is nobody’s', { strangers: ['job x'] }, { wrong: 1 }],
  ['a final status changed', { jobs: [job({ seen: ['done', 'failed', 'done'] })] }, { wrong: 1 }],
  [
    'an action was answered 405',
    { jobs: [job({ actions: [{ name: 'cancel', answer: 405 }] })] },
    { wrong: 1 },
  ],
  [
    'an action was never answered',
    { jobs: [job({ actions: [{ name: 'cancel', answer: 'none' }] })] },
    { wrong: 1 },
  ],
  ['an upload was refused', { refusals: ['the upload of film-2.mp4 was answered 500'] }, { wrong: 1 }],
  ['nothing was accepted', { jobs: [], mails: [], stored: [], keys: [] }, { wrong: 1 }],
  ['a job is in no list', { listed: new Set() }, { wrong: 1 }],
  [
    'the store has a job of which nobody knows',
    { stored: [stored, { ...stored, id: 'id-2' }] },
    { wrong: 1 },
  ],
  ['a kind of fault never hit', { hits: [{ kind: 'freeze', came: 4, hit: 0 }] }, { wrong: 1 }],
  ['a kind of fault hit sometimes', { hits: [{ kind: 'freeze', came: 4, hit: 1 }] }, {}],
  ['a kind of fault came too seldom to tell', { hits: [{ kind: 'freeze', came: 3, hit: 0 }] }, {}],
  ['the MP3 is too short', { jobs: [job({ mp3Fault: 'is 1 s off' })] }, { wrong: 1 }],
  ['the MP3 is not in the store', { keys: ['blob:v', 'chunk:v:0'] }, { wrong: 1 }],
  ['there is no mail', { mails: [] }, { lostMails: 1 }],
  ['a mail went to somebody else', { mails: [mail({ to: 'bob@example.com' })] }, { wrong: 1 }],
  ['a mail links to another job', { mails: [mail({ linked: 'id-2' })] }, { wrong: 1 }],
  ['a mail tells another outcome', { mails: [sorry] }, { wrong: 1 }],
  ['a mail is about nothing we know', { mails: [mail(), mail({ filename: '' })] }, { wrong: 1 }],
  ['two mails came and nothing was killed', { mails: [mail(), again] }, { unexplained: 1 }],
  [
    'two mails came and the sender was killed in the first send',
    { mails: [mail(), again], faults: [killOf('notification', NOON + 50)], repeats: ['id-1'] },
    { explained: 1 },
  ],
  [
    'two mails came and the sender’s sidecar was killed in the first send',
    { mails: [mail(), again], faults: [killOf('notification.daprd', NOON + 50)], repeats: ['id-1'] },
    { explained: 1 },
  ],
  [
    'two mails came and the mail server was killed in the first send',
    { mails: [mail(), again], faults: [killOf('mail', NOON + 50)], repeats: ['id-1'] },
    { explained: 1 },
  ],
  [
    'two mails came and the sender was killed between them',
    { mails: [mail(), again], faults: [killOf('notification', NOON + 30_000)], repeats: ['id-1'] },
    { unexplained: 1 },
  ],
  [
    'two mails came and something else was killed in the first send',
    { mails: [mail(), again], faults: [killOf('converter', NOON + 50)], repeats: ['id-1'] },
    { unexplained: 1 },
  ],
  [
    'two mails came, the sender was killed in the first send, and no log says that one was repeated',
    { mails: [mail(), again], faults: [killOf('notification', NOON + 50)] },
    { unexplained: 1 },
  ],
  [
    'three mails came of which a kill explains one',
    {
      mails: [mail(), again, mail({ openedAt: NOON + 90_000, storedAt: NOON + 90_100 })],
      faults: [killOf('mail', NOON + 50)],
      repeats: ['id-1'],
    },
    { explained: 1, unexplained: 1 },
  ],
  [
    'three mails came of one outcome, each within a kill and told of',
    {
      mails: [mail(), again, mail({ openedAt: NOON + 90_000, storedAt: NOON + 90_100 })],
      faults: [killOf('mail', NOON + 50), killOf('mail', NOON + 60_050)],
      repeats: ['id-1', 'id-1'],
    },
    { explained: 1, unexplained: 1 },
  ],
  [
    'a failed job was retried and told twice',
    {
      jobs: [
        job({ ...failing, actions: [{ name: 'retry', answer: 202 }], seen: ['failed', 'retry', 'failed'] }),
      ],
      mails: [sorry, { ...sorry, openedAt: NOON + 60_000, storedAt: NOON + 60_100 }],
    },
    {},
  ],
  [
    'a failed job was retried and told twice, and a kill hit the first send',
    {
      jobs: [
        job({ ...failing, actions: [{ name: 'retry', answer: 202 }], seen: ['failed', 'retry', 'failed'] }),
      ],
      mails: [sorry, { ...sorry, openedAt: NOON + 60_000, storedAt: NOON + 60_100 }],
      faults: [killOf('mail', NOON + 50)],
    },
    {},
  ],
  [
    'a cancelled job was told',
    { jobs: [job({ status: 'cancelled', seen: ['cancelled'], actions: [{ name: 'cancel', answer: 200 }] })] },
    { unexplained: 1 },
  ],
  [
    'the video of a job that is done is left, though its time is over',
    { videosAreGone: true },
    { orphans: 2 },
  ],
  [
    'a job that is done has no video any more',
    { videosAreGone: true, keys: ['job:id-1', 'blob:a', 'chunk:a:0'] },
    {},
  ],
  [
    'a job that failed has its video still, for a retry',
    {
      videosAreGone: true,
      jobs: [job(failing)],
      mails: [sorry],
      stored: [{ ...stored, status: 'failed', audio: null }],
      keys: ['blob:v', 'chunk:v:0'],
    },
    {},
  ],
  ['a chunk is nobody’s', { keys: [...fine.keys, 'chunk:x:3'] }, { orphans: 1 }],
  ['a manifest is nobody’s', { keys: [...fine.keys, 'blob:x'] }, { orphans: 1 }],
  [
    'a deleted job has left its video',
    {
      listed: new Set(),
      jobs: [job({ status: 'gone', seen: [], actions: [{ name: 'delete', answer: 204 }] })],
      stored: [{ ...stored, status: 'deleted' }],
      keys: ['blob:v', 'chunk:v:0'],
    },
    { orphans: 2 },
  ],
  ['an attempt’s folder is left', { folders: ['/spool/1/attempt-x'] }, { leftovers: 1 }],
  ['an ffmpeg is left', { processes: ['process 5: ffmpeg'] }, { leftovers: 1 }],
];

describe('the verdict', () => {
  for (const [what, evidence, expected] of rows) {
    it(`when ${what}`, () => {
      const verdict = judge({ ...fine, ...evidence });
      const { ends: _, ...findings } = verdict;
      const counts = Object.entries(findings).flatMap(([name, all]) =>
        all.length > 0 ? [[name, all.length]] : [],
      );
      assert.deepEqual(Object.fromEntries(counts), expected, JSON.stringify(verdict, undefined, 2));
      assert.equal(
        passed(verdict),
        Object.keys(expected).every((name) => name === 'explained'),
      );
    });
  }

  it('counts the ends', () => {
    assert.deepEqual(judge(fine).ends, { done: 1 });
  });
});
