import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UP_OPTIONS } from '../../deploy/kubernetes/up-options.ts';

export const usage = `npm run test:k8s -- [--short] [--running | --keep] [--context NAME] [OPTIONS OF k8s:up]

Deploys the system into the cluster of kubectl's current context, or of another one, by npm run k8s:up, and tests it there: sends
films through the Ingress (or a forwarded port, where none answers), deletes each pod, kills converters at work, scales them from one
to four and back, rolls out a new version of each service and takes it back, and starts each server again, always under load. Then it
looks whether each accepted video became one MP3 and one mail, and whether each request was answered by a gateway.
Nothing is left afterwards. For a cluster to try things in, not one with users.

  --short     a quarter of the films
  --running   tests what runs there already, with its pods deleted and all, and leaves it running; it must have a mail sink
  --keep      leaves what it has deployed
  --context   of kubectl, if it is not the current one

  --overlay, --registry, --load, --no-images, --no-secrets
              are passed on to k8s:up: npm run k8s:up -- --help

For instance, where images are neither minikube's nor kind's to load: npm run test:k8s -- --load 'my-loader "$IMAGE"'
Exit code: 0 all is well, 1 something is not, 130 stopped by Ctrl-C.
`;

const OPTIONS = {
  short: { type: 'boolean', default: false },
  running: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  context: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  ...UP_OPTIONS,
} as const satisfies ParseArgsOptionsConfig;

export interface CommandLine {
  help: boolean;
  short: boolean;
  running: boolean;
  keep: boolean;
  context: string | undefined;
  /** For `npm run k8s:up`. */
  upArgs: string[];
}

/** Reads the arguments of `npm run test:k8s`. Throws with the usage where they are not understood. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const refuse = (why: string): never => {
    throw new Error(`${why}\n\n${usage}`);
  };
  // Options of k8s:up used to come after a second `--`, and may still.
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
    refuse('--running leaves what runs there in any case; --keep is for what was deployed.');
  if (values.running && upArgs.length > 0)
    refuse(`With --running nothing is deployed, so ${upArgs[0]} has no meaning.`);
  const { help = false, short, running, keep, context } = values;
  return { help, short, running, keep, context, upArgs };
}
