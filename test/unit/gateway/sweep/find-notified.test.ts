import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFindNotified } from '../../../../services/gateway/sweep/find-notified.ts';
import type { MailRecord } from '../../../../services/shared/contract/mail-record.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { updateDocument } from '../../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { done, failed, newJob } from '../../../support/job.ts';

const sent = { state: 'sent', run: 1 } as const;
const CASES: [
  what: string,
  job: Job,
  mail: { state: MailRecord['state']; run: number } | undefined,
  notified: boolean,
][] = [
  ['done and has no mail record', done(), undefined, false],
  ['done and whose mail is being sent', done(), { state: 'sending', run: 1 }, false],
  ['done and whose mail was refused', done(), { state: 'open', run: 1 }, false],
  ['done and whose mail was sent', done(), sent, true],
  ['failed and has no mail record', failed(), undefined, false],
  ['failed and whose mail was sent', failed(), sent, true],
  ['done in generation 2 when only the mail of generation 1 was sent', done({ generation: 2 }), sent, false],
  [
    'done in generation 2 when the mail of generation 2 was sent',
    done({ generation: 2 }),
    { state: 'sent', run: 2 },
    true,
  ],
  ['cancelled, which needs no mail', newJob({ status: 'cancelled' }), undefined, true],
  ['done, of a guest', done({ email: '' }), undefined, true],
  ['failed, of a guest', failed({ email: '' }), undefined, true],
  ['queued, of a guest', newJob({ email: '' }), undefined, false],
  ['queued again after a mail was sent', newJob({ generation: 2 }), sent, false],
  ['converting', newJob({ status: 'converting' }), sent, false],
  ['uploading', newJob({ status: 'uploading' }), undefined, false],
];
describe('createFindNotified', () => {
  for (const [what, job, mail, notified] of CASES) {
    test(`returns ${notified} for a job that is ${what}`, async () => {
      const state = createMemoryState();
      if (mail) {
        const record: MailRecord = { state: mail.state, send: 'one', sends: 1, refusals: 0 };
        await updateDocument(state, `mail:${job.id}:${mail.run}`, () => record, { ttlSeconds: 60 });
      }
      const isNotified = await createFindNotified(state)([job, done()], new AbortController().signal);
      assert.equal(isNotified(job), notified);
    });
  }
});
