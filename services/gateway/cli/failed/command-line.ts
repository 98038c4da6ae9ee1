import { UsageError } from '../errors.ts';
import { gatewayUrl } from '../gateway-url.ts';
import { type Flag, type Input, isSet, textOf } from '../syntax/flags.ts';

export const failedFlags: readonly Flag[] = [
  { name: 'all', text: ['all failed jobs'] },
  { name: 'yes', text: ['confirms drop --all'] },
];

export type FailedCommand =
  | { kind: 'list'; json: boolean; url: string }
  | { kind: 'retry' | 'drop'; ids: string[] | 'all'; url: string };

/** @throws UsageError */
export function readFailedCommand(input: Input, env: NodeJS.ProcessEnv): FailedCommand {
  const [kind, ...ids] = input.operands;
  const url = gatewayUrl(textOf(input, 'url'), env);
  const [all, yes, json] = ['all', 'yes', 'json'].map((name) => isSet(input, name)) as [
    boolean,
    boolean,
    boolean,
  ];
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
    throw new UsageError(`Which jobs? ${kind} takes their IDs, or --all. \`failed list\` shows them.`);
  }
  if (yes && !(kind === 'drop' && all)) throw new UsageError('--yes is for drop --all.');
  if (kind === 'drop' && all && !yes) {
    throw new UsageError('drop --all deletes every failed job with its video: add --yes to confirm.');
  }
  return { kind, ids: all ? 'all' : [...new Set(ids.map((id) => id.toLowerCase()))], url };
}
