import { gatewayUrl, parseArguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';

export const usage = `npm run failed -- list [--json]
npm run failed -- retry ID... | --all
npm run failed -- drop ID... | --all --yes

Shows the failed jobs of all users, converts them again, or deletes them with their videos. This is a tool for operators.

      --all     all failed jobs
      --yes     confirms drop --all
      --json    prints JSON, for programs
      --url URL the gateway (default: $MP3_URL, or http://localhost:$GATEWAY_PORT, or port 8080)
  -h, --help

This needs the gateway's OPERATOR_TOKEN. The token of a system that npm start runs in this folder is found automatically.
For any other gateway, set $MP3CONVERTER_OPERATOR_TOKEN to its token.
With --json write \`npm run --silent failed -- ...\`, because npm itself prints to the standard output.
Exit code: 0 success, 1 failure (also of one of several jobs), 2 invalid command line, 130 interrupted.
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
      throw new UsageError('list shows all failed jobs: it takes no IDs, no --all and no --yes.');
    return { kind, json, url };
  }
  if (kind !== 'retry' && kind !== 'drop') {
    const what = kind === undefined ? 'No command was given' : `There is no command ${JSON.stringify(kind)}`;
    throw new UsageError(`${what}: use list, retry or drop. See --help.`);
  }
  if (json) throw new UsageError('--json is for list.');
  if (all === ids.length > 0) {
    throw new UsageError(
      `Which jobs? ${kind} takes their IDs, or --all. \`npm run failed -- list\` shows them.`,
    );
  }
  if (yes && !(kind === 'drop' && all)) throw new UsageError('--yes is for drop --all.');
  if (kind === 'drop' && all && !yes) {
    throw new UsageError('drop --all deletes every failed job with its video: add --yes to confirm.');
  }
  return { kind, ids: all ? 'all' : [...new Set(ids.map((id) => id.toLowerCase()))], url };
}
