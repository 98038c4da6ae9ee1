import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UP_OPTIONS } from '../../deploy/kubernetes/up-options.ts';

export const usage = `npm run test:k8s -- [--short] [--grep PATTERN] [--running | --keep] [--context NAME] [OPTIONS OF k8s:up]

Deploys the system by npm run k8s:up, into the cluster of kubectl's current context or of another one, and tests it there. While
users send films through the Ingress (or a forwarded port if the Ingress does not answer), it deletes each pod, kills converters
during conversions, scales them from one to four and back, rolls out a new version of each service and rolls it back, and restarts
each server. Then it checks that each accepted video became one MP3 and one mail, and that a gateway answered each request.
Nothing is left afterwards. Use a cluster for tests, not one that serves users.

  --short     sends a quarter of the films
  --grep      runs only the tests whose names match this regular expression
  --running   tests the system that is already deployed, deletes its pods as well, and leaves it running; it must have a mail sink
  --keep      does not remove what it has deployed
  --context   the context of kubectl (default: the current one)

  --overlay, --registry, --load, --no-images, --no-secrets
              are passed on to k8s:up; see npm run k8s:up -- --help

For a cluster other than minikube or kind, say how to load an image: npm run test:k8s -- --load 'my-loader "$IMAGE"'
Exit code: 0 if all is well, 1 if something is wrong, 130 if Ctrl-C stopped it.
`;

const OPTIONS = {
  short: { type: 'boolean', default: false },
  grep: { type: 'string' },
  running: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  context: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  ...UP_OPTIONS,
} as const satisfies ParseArgsOptionsConfig;

export interface CommandLine {
  help: boolean;
  short: boolean;
  /** Only the tests whose names match this regular expression. */
  grep?: string;
  running: boolean;
  keep: boolean;
  context: string | undefined;
  /** Arguments for `npm run k8s:up`. */
  upArgs: string[];
}

/** Reads the arguments of `npm run test:k8s`. Throws an error with the usage text if they are wrong. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const refuse = (why: string): never => {
    throw new Error(`${why}\n\n${usage}`);
  };
  // Earlier releases wanted the options of k8s:up after a second `--`, which is still accepted.
  const given = args.filter((arg) => arg !== '--');
  const parse = () => parseArgs({ args: given, options: OPTIONS, allowNegative: true }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    return refuse((error as Error).message);
  }
  const upArgs = Object.keys(UP_OPTIONS).flatMap((name) => {
    const value = values[name as keyof typeof UP_OPTIONS];
    if (value === undefined) return [];
    return typeof value === 'string' ? [`--${name}`, value] : [value ? `--${name}` : `--no-${name}`];
  });
  if (values.running && values.keep)
    refuse('--running never removes the system; --keep is for a system that this command deploys.');
  if (values.running && upArgs.length > 0)
    refuse(`With --running nothing is deployed, so ${upArgs[0]} has no meaning.`);
  const { help = false, short, grep, running, keep, context } = values;
  return { help, short, running, keep, context, upArgs, ...(grep !== undefined && { grep }) };
}
