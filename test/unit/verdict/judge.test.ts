import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Evidence, JobEvidence } from '../../verdict/evidence.ts';
import { judge } from '../../verdict/judge.ts';
import type { MailEvidence } from '../../verdict/mails.ts';
import { passed, type Verdict } from '../../verdict/verdict.ts';

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
  linkedJobId: 'id-1',
  openedAt: NOON,
  storedAt: NOON + 100,
  ...fields,
});
const stored = { id: 'id-1', filename: 'film-1.mp4', status: 'done' as const, video: 'v', audio: 'a' };

/** The evidence of one job that went well. */
const fine: Evidence = {
  jobs: [job()],
  unknownJobs: [],
  listedIds: new Set(['id-1']),
  wrongRefusals: [],
  mails: [mail()],
  faults: [],
  faultEffects: [],
  announcedRepeats: [],
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
const failureMail = mail({ outcome: 'failed', linkedJobId: undefined });
const duplicate = mail({ openedAt: NOON + 60_000, storedAt: NOON + 60_100 });

type Findings = Exclude<keyof Verdict, 'finalStates'>;
const rows: [what: string, evidence: Partial<Evidence>, findings: Partial<Record<Findings, number>>][] = [
  ['all is well', {}, {}],
  ['a bad file failed with its code', { jobs: [job(failing)], mails: [failureMail] }, {}],
  [
    'a job is not final',
    { jobs: [job({ status: 'converting', seen: [] })], mails: [] },
    { lost: 1, lostMails: 1 },
  ],
  ['a job gives no answer', { jobs: [job({ status: undefined })] }, { lost: 1 }],
  ['a job that nobody deleted is gone', { jobs: [job({ status: 'gone' })] }, { lost: 1 }],
  [
    'an upload is left in the store',
    { stored: [stored, { ...stored, id: 'id-2', status: 'uploading' }] },
    { lost: 1 },
  ],
  [
    'users, store and index show the same lost job',
    {
      jobs: [job({ status: 'queued', seen: [] })],
      stored: [{ ...stored, status: 'queued' }],
      open: ['id-1'],
    },
    { lost: 1 },
  ],
  ['the index of active jobs still has a job', { open: ['id-1'] }, { lost: 1 }],
  [
    'a good file failed',
    { jobs: [job({ status: 'failed', code: 'truncated', seen: [] })], mails: [failureMail] },
    { wrong: 1 },
  ],
  [
    'the system gave up on a good file',
    { jobs: [job({ status: 'failed', code: 'gave_up', seen: [] })], mails: [failureMail] },
    { gaveUp: 1 },
  ],
  ['a bad file is done', { jobs: [job({ expects: 'no_audio' })], mails: [failureMail] }, { wrong: 1 }],
  [
    'a bad file failed with another code',
    { jobs: [job({ ...failing, code: 'not_media' })], mails: [failureMail] },
    { wrong: 1 },
  ],
  ['one Idempotency-Key gave two jobs', { jobs: [job({ ids: ['id-1', 'id-2'] })] }, { wrong: 1 }],
  ['a job belongs to no upload', { unknownJobs: ['job x'] }, { wrong: 1 }],
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
  ['an upload was refused', { wrongRefusals: ['the upload of film-2.mp4 was answered 500'] }, { wrong: 1 }],
  ['no upload was accepted', { jobs: [], mails: [], stored: [], keys: [] }, { wrong: 1 }],
  ['a job is in no list', { listedIds: new Set() }, { wrong: 1 }],
  [
    'the store has a job that no user was told about',
    { stored: [stored, { ...stored, id: 'id-2' }] },
    { wrong: 1 },
  ],
  [
    'a kind of fault never hit',
    { faultEffects: [{ kind: 'freeze', injected: 4, effective: 0 }] },
    { wrong: 1 },
  ],
  ['a kind of fault sometimes hit', { faultEffects: [{ kind: 'freeze', injected: 4, effective: 1 }] }, {}],
  [
    'a kind of fault was injected too seldom to judge',
    { faultEffects: [{ kind: 'freeze', injected: 3, effective: 0 }] },
    {},
  ],
  ['the MP3 is too short', { jobs: [job({ mp3Fault: 'is 1 s off' })] }, { wrong: 1 }],
  ['the MP3 is not in the store', { keys: ['blob:v', 'chunk:v:0'] }, { wrong: 1 }],
  ['there is no mail', { mails: [] }, { lostMails: 1 }],
  ['a mail went to somebody else', { mails: [mail({ to: 'bob@example.com' })] }, { wrong: 1 }],
  ['a mail links to another job', { mails: [mail({ linkedJobId: 'id-2' })] }, { wrong: 1 }],
  ['a mail says another outcome', { mails: [failureMail] }, { wrong: 1 }],
  ['a mail is about an unknown file', { mails: [mail(), mail({ filename: '' })] }, { wrong: 1 }],
  ['there are two mails and nothing was killed', { mails: [mail(), duplicate] }, { unexplained: 1 }],
  [
    'there are two mails and the sender was killed in the first send',
    { mails: [mail(), duplicate], faults: [killOf('notification', NOON + 50)], announcedRepeats: ['id-1'] },
    { explained: 1 },
  ],
  [
    'there are two mails and the sender’s sidecar was killed in the first send',
    {
      mails: [mail(), duplicate],
      faults: [killOf('notification.daprd', NOON + 50)],
      announcedRepeats: ['id-1'],
    },
    { explained: 1 },
  ],
  [
    'there are two mails and the mail server was killed in the first send',
    { mails: [mail(), duplicate], faults: [killOf('mail', NOON + 50)], announcedRepeats: ['id-1'] },
    { explained: 1 },
  ],
  [
    'there are two mails and the sender was killed between them',
    {
      mails: [mail(), duplicate],
      faults: [killOf('notification', NOON + 30_000)],
      announcedRepeats: ['id-1'],
    },
    { unexplained: 1 },
  ],
  [
    'there are two mails and something else was killed in the first send',
    { mails: [mail(), duplicate], faults: [killOf('converter', NOON + 50)], announcedRepeats: ['id-1'] },
    { unexplained: 1 },
  ],
  [
    'there are two mails, the sender was killed in the first send, and notification logged no possible duplicate',
    { mails: [mail(), duplicate], faults: [killOf('notification', NOON + 50)] },
    { unexplained: 1 },
  ],
  [
    'there are three mails and a kill explains one of them',
    {
      mails: [mail(), duplicate, mail({ openedAt: NOON + 90_000, storedAt: NOON + 90_100 })],
      faults: [killOf('mail', NOON + 50)],
      announcedRepeats: ['id-1'],
    },
    { explained: 1, unexplained: 1 },
  ],
  [
    'there are three mails about one outcome, each sent during a kill and logged as a possible duplicate',
    {
      mails: [mail(), duplicate, mail({ openedAt: NOON + 90_000, storedAt: NOON + 90_100 })],
      faults: [killOf('mail', NOON + 50), killOf('mail', NOON + 60_050)],
      announcedRepeats: ['id-1', 'id-1'],
    },
    { explained: 1, unexplained: 1 },
  ],
  [
    'a failed job was retried and sent two mails',
    {
      jobs: [
        job({ ...failing, actions: [{ name: 'retry', answer: 202 }], seen: ['failed', 'retry', 'failed'] }),
      ],
      mails: [failureMail, { ...failureMail, openedAt: NOON + 60_000, storedAt: NOON + 60_100 }],
    },
    {},
  ],
  [
    'a failed job was retried and sent two mails, and a kill hit the first send',
    {
      jobs: [
        job({ ...failing, actions: [{ name: 'retry', answer: 202 }], seen: ['failed', 'retry', 'failed'] }),
      ],
      mails: [failureMail, { ...failureMail, openedAt: NOON + 60_000, storedAt: NOON + 60_100 }],
      faults: [killOf('mail', NOON + 50)],
    },
    {},
  ],
  [
    'there is a mail about a cancelled job',
    { jobs: [job({ status: 'cancelled', seen: ['cancelled'], actions: [{ name: 'cancel', answer: 200 }] })] },
    { unexplained: 1 },
  ],
  [
    'a job that is done still has its video after the time to keep it',
    { videosExpired: true },
    { orphans: 2 },
  ],
  [
    'a job that is done no longer has its video',
    { videosExpired: true, keys: ['job:id-1', 'blob:a', 'chunk:a:0'] },
    {},
  ],
  [
    'a job that failed still has its video, for a retry',
    {
      videosExpired: true,
      jobs: [job(failing)],
      mails: [failureMail],
      stored: [{ ...stored, status: 'failed', audio: null }],
      keys: ['blob:v', 'chunk:v:0'],
    },
    {},
  ],
  ['a chunk belongs to no job', { keys: [...fine.keys, 'chunk:x:3'] }, { orphans: 1 }],
  ['a manifest belongs to no job', { keys: [...fine.keys, 'blob:x'] }, { orphans: 1 }],
  [
    'a deleted job left its video',
    {
      listedIds: new Set(),
      jobs: [job({ status: 'gone', seen: [], actions: [{ name: 'delete', answer: 204 }] })],
      stored: [{ ...stored, status: 'deleted' }],
      keys: ['blob:v', 'chunk:v:0'],
    },
    { orphans: 2 },
  ],
  ['an attempt left its folder', { folders: ['/spool/1/attempt-x'] }, { leftovers: 1 }],
  ['an ffmpeg process is still running', { processes: ['process 5: ffmpeg'] }, { leftovers: 1 }],
];

const LABELS: Record<Findings, string> = {
  lost: 'a lost job',
  wrong: 'something wrong',
  gaveUp: 'a job that was given up',
  lostMails: 'a lost mail',
  explained: 'an explained duplicate',
  unexplained: 'an unexplained mail',
  orphans: 'orphaned keys',
  leftovers: 'something left behind',
};

describe('judge(evidence)', () => {
  for (const [what, evidence, expected] of rows) {
    const found = Object.keys(expected).map((kind) => LABELS[kind as Findings]);
    it(`finds ${found.join(' and ') || 'nothing'} when ${what}`, () => {
      const verdict = judge({ ...fine, ...evidence });
      const { finalStates: _, ...findings } = verdict;
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

  it('counts the final states', () => {
    assert.deepEqual(judge(fine).finalStates, { done: 1 });
  });
});
