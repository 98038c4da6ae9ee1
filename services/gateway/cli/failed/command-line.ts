import { gatewayUrl, parseArguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';

export const usage = `npm run failed -- list [--json]
npm run failed -- retry ID... | --all
npm run failed -- drop ID... | --all --yes

The jobs of all users that have failed, for whoever runs the system: shows them, has them converted again, or deletes
them with their videos.

      --all     every one that has failed
      --yes     with drop --all: yes, delete them all
      --json    for programs
      --url URL the gateway (default: $MP3_URL, or http://localhost:$GATEWAY_PORT, or port 8080)
  -h, --help

The right to do so is the gateway's OPERATOR_TOKEN. That of npm start is found by itself; for a gateway on another
machine put it into $MP3CONVERTER_OPERATOR_TOKEN.
With --json write \`npm run --silent failed -- ...\`, because npm itself prints to the standard output.
Exit code: 0 done, 1 failed, also for one of several jobs, 2 not understood, 130 interrupted.
`;

export type Command =
  | { kind: 'help' }
  | { kind: 'list'; json: boolean; url: string }
  | { kind: 'retry' | 'drop'; ids: string[] | 'all'; url: string };

const options = {
  all: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws UsageError */
export function parseCommand(args: string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parseArguments({ args, allowPositionals: true, options });
  const [kind, ...ids] = positionals;
  if (values.help) return { kind: 'help' };
  const url = gatewayUrl(values.url, env);
  const { all, yes, json } = values;
  if (kind === 'list') {
    if (ids.length > 0 || all || yes)
      throw new UsageError('list shows all of them: it takes no IDs, nor --all.');
    return { kind, json, url };
  }
  if (kind !== 'retry' && kind !== 'drop') {
    const what = kind === undefined ? 'What is to be done' : `There is no command ${JSON.stringify(kind)}`;
    throw new UsageError(`${what}: list, retry or drop? See --help.`);
  }
  if (json) throw new UsageError('--json is for list.');
  if (all === ids.length > 0) {
    throw new UsageError(
      `Which jobs? ${kind} takes their IDs, or --all. \`npm run failed -- list\` shows them.`,
    );
  }
  if (yes && !(kind === 'drop' && all)) throw new UsageError('--yes is for drop --all.');
  if (kind === 'drop' && all && !yes) {
    throw new UsageError('drop --all deletes every failed job with its video: say --yes as well.');
  }
  return { kind, ids: all ? 'all' : [...new Set(ids.map((id) => id.toLowerCase()))], url };
}
