import { retryJob } from '../../client/jobs.ts';
import { account } from '../convert/flags.ts';
import { optionGroups, optionsOf } from '../convert/option-flags.ts';
import { forEachJob } from '../jobs/for-each-job.ts';
import type { Command } from '../syntax/command.ts';
import { general, json } from '../syntax/common-flags.ts';
import { printable } from '../terminal/text.ts';

export const retry: Command = {
  name: 'retry',
  summary: 'Convert jobs again, also with other options',
  synopsis: ['ID... [options]'],
  details: [
    'Without options, a job keeps its own.',
    'With options, one that is done is converted again, without sending its film again; its MP3 stays until the new one is there.',
  ],
  groups: [...optionGroups, general(...account, json)],
  operands: 'jobs',
  examples: [
    ['retry 5f3a9c1e', 'converts a job that has failed once more'],
    ['retry 5f3a9c1e --bitrate 320', 'makes another MP3 of the same film'],
  ],
  run(input, program) {
    const options = optionsOf(input);
    return forEachJob(input, program, async (session, id) => {
      const job = await retryJob(session, id, program.signal, options);
      return { line: `${id}  ${job.status}  ${printable(job.filename)}`, document: job };
    });
  },
};
