import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  told: boolean,
][] = [
  ['done, of which there is no mail', done(), undefined, false],
  ['done, whose mail is being sent', done(), { state: 'sending', run: 1 }, false],
  ['done, whose mail was refused', done(), { state: 'open', run: 1 }, false],
  ['done, whose mail was sent', done(), sent, true],
  ['failed, of which there is no mail', failed(), undefined, false],
  ['failed, whose mail was sent', failed(), sent, true],
  ['done at its second run, of whose first a mail was sent', done({ generation: 2 }), sent, false],
  [
    'done at its second run, of which a mail was sent',
    done({ generation: 2 }),
    { state: 'sent', run: 2 },
    true,
  ],
  ['cancelled, of which nobody is to be told', newJob({ status: 'cancelled' }), undefined, true],
  ['queued again after a mail was sent', newJob({ generation: 2 }), sent, false],
  ['converting', newJob({ status: 'converting' }), sent, false],
  ['uploading', newJob({ status: 'uploading' }), undefined, false],
];
for (const [what, job, mail, told] of CASES) {
  test(`of a job that is ${what}, ${told ? 'all is told' : 'something is to be told'}`, async () => {
    const state = createMemoryState();
    if (mail) {
      const record: MailRecord = { state: mail.state, send: 'one', sends: 1, refusals: 0 };
      await updateDocument(state, `mail:${job.id}:${mail.run}`, () => record, { ttlSeconds: 60 });
    }
    const isTold = await createFindNotified(state)([job, done()], new AbortController().signal);
    assert.equal(isTold(job), told);
  });
}
