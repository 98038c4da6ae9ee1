import { deleteJob } from '../../client/jobs.ts';
import { account } from '../convert/flags.ts';
import { UsageError } from '../errors.ts';
import { forEachJob } from '../jobs/for-each-job.ts';
import type { Command } from '../syntax/command.ts';
import { general, json, yes } from '../syntax/common-flags.ts';
import { isSet } from '../syntax/flags.ts';
import { confirm } from '../terminal/ask.ts';

export const deleteCommand: Command = {
  name: 'delete',
  summary: 'Delete jobs with their films and MP3s',
  synopsis: ['ID... [--yes]'],
  details: ['Asks first. Without a terminal it cannot ask, and needs --yes.'],
  groups: [{ title: 'Safety', flags: [yes] }, general(...account, json)],
  operands: 'jobs',
  examples: [
    ['delete 5f3a9c1e', 'deletes this job after a question'],
    ['delete --yes 5f3a9c1e 77b0', 'deletes two jobs without a question'],
  ],
  run(input, program) {
    const { stdin, signal } = program;
    const isSure = isSet(input, 'yes');
    if (!isSure && !stdin.isTTY)
      throw new UsageError('There is no terminal to ask on: add --yes to confirm.');
    const ask = (ids: readonly string[]) => {
      const what = ids.length === 1 ? `job ${ids[0]}` : `${ids.length} jobs`;
      return confirm(`Delete ${what} with film and MP3?`, program, signal);
    };
    return forEachJob(
      input,
      program,
      async (session, id) => {
        await deleteJob(session, id, signal);
        return { line: `${id}  deleted`, document: { deleted: id } };
      },
      isSure ? undefined : ask,
    );
  },
};
