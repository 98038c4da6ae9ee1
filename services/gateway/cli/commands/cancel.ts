import { cancelJob } from '../../client/jobs.ts';
import { account } from '../convert/flags.ts';
import { forEachJob } from '../jobs/for-each-job.ts';
import type { Command } from '../syntax/command.ts';
import { general, json } from '../syntax/common-flags.ts';
import { printable } from '../terminal/text.ts';

export const cancel: Command = {
  name: 'cancel',
  summary: 'Stop jobs that are queued or converting',
  synopsis: ['ID...'],
  details: ['A cancelled job can be converted later, by `retry`.'],
  groups: [general(...account, json)],
  operands: 'jobs',
  examples: [['cancel 5f3a9c1e', 'stops this job']],
  run: (input, program) =>
    forEachJob(input, program, async (session, id) => {
      const job = await cancelJob(session, id, program.signal);
      return { line: `${id}  cancelled  ${printable(job.filename)}`, document: job };
    }),
};
