import { renameJob } from '../../client/jobs.ts';
import { account } from '../convert/flags.ts';
import { UsageError } from '../errors.ts';
import { forEachJob } from '../jobs/for-each-job.ts';
import type { Command } from '../syntax/command.ts';
import { general, json } from '../syntax/common-flags.ts';
import { printable } from '../terminal/text.ts';

export const rename: Command = {
  name: 'rename',
  summary: 'Give a job and its MP3 another name',
  synopsis: ['ID NAME'],
  details: ['Works in any status, and leaves files on this machine as they are.'],
  groups: [general(...account, json)],
  operands: 'jobs',
  examples: [["rename 5f3a9c1e 'Summer 2024.mp4'", 'the MP3 is then called Summer 2024.mp3']],
  async run(input, program) {
    const [id, name, ...others] = input.operands;
    if (id === undefined || name === undefined || others.length > 0)
      throw new UsageError('Give one ID and one name. A name with spaces needs quotation marks.');
    if (name.trim() === '') throw new UsageError('The name is empty.');
    return forEachJob({ ...input, operands: [id] }, program, async (session, jobId) => {
      const job = await renameJob(session, jobId, name, program.signal);
      return { line: `${jobId}  renamed  ${printable(job.filename)}`, document: job };
    });
  },
};
