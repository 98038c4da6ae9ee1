import { readConversion } from '../convert/command-line.ts';
import { fetchJobs } from '../convert/convert-all.ts';
import { account, force, output, printing } from '../convert/flags.ts';
import { type ConversionWork, runConversion } from '../convert/run.ts';
import { UsageError } from '../errors.ts';
import { resolveIds } from '../jobs/resolve-id.ts';
import type { Command } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';

const fetchWork: ConversionWork = async (command, ports) => {
  const session = await ports.openSession();
  const ids = await resolveIds(session, command.files, ports.signal);
  return fetchJobs(command, ids, { ...ports, openSession: async () => session });
};

export const download: Command = {
  name: 'download',
  summary: 'Fetch the MP3s of jobs that were sent before',
  synopsis: ['ID... [-o PATH]'],
  details: [
    'Waits for a job that is not done yet.',
    'The beginning of an ID is enough where no other job has it.',
    'Goes on with an MP3 of which an earlier run has fetched a part.',
  ],
  groups: [{ title: 'Files', flags: [output, force] }, general(...account, ...printing)],
  operands: 'jobs',
  examples: [
    ['download 5f3a9c1e', 'writes the MP3 into this folder, under the name of its film'],
    ['download 5f3a9c1e -o - > talk.mp3', 'writes it to the standard output'],
  ],
  async run(input, program) {
    if (input.operands.length === 0) throw new UsageError('Which job? `jobs` lists them.');
    const command = readConversion(input, program.env);
    return runConversion('download', command, program, { work: fetchWork, mayCreate: false });
  },
};
