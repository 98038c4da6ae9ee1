import { withSession } from '../account/with-session.ts';
import { account, printing } from '../convert/flags.ts';
import { UsageError } from '../errors.ts';
import { followAll, followJobs } from '../jobs/follow.ts';
import { resolveIds } from '../jobs/resolve-id.ts';
import type { Command } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';
import { isSet } from '../syntax/flags.ts';
import { createStderrReporter } from '../terminal/stderr-reporter.ts';

export const watch: Command = {
  name: 'watch',
  summary: 'Follow jobs until they have ended',
  synopsis: ['ID...|all'],
  details: [
    '`all` means all jobs that have not ended yet.',
    'Ctrl-C ends the watching, and not the jobs.',
    'With --json, each change of a job is a line.',
  ],
  groups: [general(...account, ...printing)],
  operands: 'jobs',
  examples: [
    ['watch 5f3a9c1e', 'shows the progress of a job'],
    ['watch all --json', 'prints each change for a program'],
  ],
  async run(input, program) {
    const { operands } = input;
    if (operands.length === 0) throw new UsageError('Which job? `jobs` lists them; `all` means all.');
    if (operands.includes('all') && operands.length > 1) throw new UsageError('Give IDs, or `all`.');
    const reporter = createStderrReporter(program, isSet(input, 'quiet'));
    const ports = { ...program, reporter, isJson: isSet(input, 'json') };
    return withSession(input, program, async (session) => {
      const failures = operands.includes('all')
        ? await followAll(session, ports)
        : await followJobs(session, await resolveIds(session, operands, program.signal), ports);
      return failures === 0 ? 0 : 1;
    });
  },
};
