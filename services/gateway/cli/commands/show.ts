import { getJob } from '../../client/jobs.ts';
import { account } from '../convert/flags.ts';
import { jobLines } from '../jobs/describe-job.ts';
import { forEachJob } from '../jobs/for-each-job.ts';
import type { Command } from '../syntax/command.ts';
import { general, json } from '../syntax/common-flags.ts';
import { lookOf } from '../terminal/look.ts';

export const show: Command = {
  name: 'show',
  summary: 'Show all that is known of jobs',
  synopsis: ['ID...'],
  details: ['The beginning of an ID is enough where no other job has it.'],
  groups: [general(...account, json)],
  operands: 'jobs',
  examples: [['show 5f3a9c1e', 'shows its status, its film, its MP3 and its options']],
  run: (input, program) =>
    forEachJob(input, program, async (session, id) => {
      const job = await getJob(session, id, program.signal);
      return { line: jobLines(job, lookOf(program)).join('\n'), document: job };
    }),
};
