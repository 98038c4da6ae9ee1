import path from 'node:path';
import { parseEnv } from 'node:util';
import { readIfThere } from '../../../shared/runtime/private-files.ts';
import { createFailedJobsApi } from '../../client/failed-jobs.ts';
import { failedFlags, readFailedCommand } from '../failed/command-line.ts';
import { operatorToken } from '../failed/operator-token.ts';
import { run } from '../failed/run.ts';
import type { Command } from '../syntax/command.ts';
import { general, json, url } from '../syntax/common-flags.ts';
import { isBundled } from '../version.ts';

/** The token of the system that `npm start` runs in this folder; undefined before its first start, and outside a checkout. */
function localOperatorToken(): string | undefined {
  if (isBundled()) return undefined;
  const file = path.resolve(import.meta.dirname, '../../../../.data/env/gateway.env');
  return parseEnv(readIfThere(file) ?? '').OPERATOR_TOKEN;
}

export const failed: Command = {
  name: 'failed',
  summary: 'Show, retry or drop the failed jobs of all users (for operators)',
  synopsis: ['list [--json]', 'retry ID... | --all', 'drop ID... | --all --yes'],
  details: [
    "Needs the gateway's OPERATOR_TOKEN.",
    'That of a system which npm start runs in this folder is found automatically.',
    'For any other gateway, set $MP3CONVERTER_OPERATOR_TOKEN to its token.',
  ],
  groups: [{ title: 'Jobs', flags: failedFlags }, general(url, json)],
  operands: ['list', 'retry', 'drop'],
  examples: [
    ['failed list', 'lists all failed jobs'],
    ['failed retry --all', 'converts all of them again'],
    ['failed drop 5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', 'deletes one with its film'],
  ],
  async run(input, { env, stdout, stderr, clock, signal, connect }) {
    const command = readFailedCommand(input, env);
    const token = operatorToken(command.url, env, localOperatorToken);
    const { transport, close } = connect(command.url);
    try {
      const api = createFailedJobsApi(transport, token, { clock, signal });
      const failures = await run(command, api, {
        out: (line) => stdout.write(`${line}\n`),
        err: (line) => stderr.write(`${line}\n`),
        // `npm run failed` has always printed one array.
        isLines: env.npm_lifecycle_event !== 'failed',
      });
      return failures === 0 ? 0 : 1;
    } finally {
      await close();
    }
  },
};
