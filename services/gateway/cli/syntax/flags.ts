import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../errors.ts';
import type { Completion } from './completion.ts';
import { suggestion } from './suggestion.ts';

export interface Flag {
  /** Without the dashes. */
  name: string;
  short?: string;
  /** What the value is called in the help, such as `PATH`. A flag without one is a switch. */
  value?: string;
  /** Whether the value may be left out: `--normalize[=LUFS]`. */
  isValueOptional?: boolean;
  /** Lines of the help. */
  text: readonly string[];
  completes?: Completion;
}

export interface FlagGroup {
  title: string;
  flags: readonly Flag[];
}

/** The words of a command line after the name of the command. */
export interface Input {
  operands: readonly string[];
  /** The values of the flags that were given, in order. A switch has the value `true`. */
  values: ReadonlyMap<string, readonly string[]>;
}

/** The last value of a flag. */
export const textOf = ({ values }: Input, name: string): string | undefined => values.get(name)?.at(-1);

export const isSet = ({ values }: Input, name: string): boolean => values.has(name);

/** @throws UsageError for a flag that there is not, with the nearest one */
export function parseInput(args: readonly string[], flags: readonly Flag[]): Input {
  const config = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple: true, ...(short && { short }) } as const,
    ]),
  );
  try {
    const complete = completeOptionalValues(args, flags);
    const { values, positionals } = parseArgs({ args: complete, options: config, allowPositionals: true });
    const entries = Object.entries(values).map(([name, given]): [string, string[]] => [
      name,
      [given ?? []].flat().map(String),
    ]);
    return { operands: positionals, values: new Map(entries) };
  } catch (cause) {
    throw new UsageError(explain(cause, flags), { cause });
  }
}

function explain(error: unknown, flags: readonly Flag[]): string {
  const { code } = error as NodeJS.ErrnoException;
  const [, unknown = ''] = /'(--?[^']*)'/.exec(messageOf(error)) ?? [];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${messageOf(error).replace(/\.?$/, '.')} See --help.`;
  const nearest = suggestion(
    unknown,
    flags.map(({ name }) => `--${name}`),
  );
  return `There is no option ${unknown}. ${nearest ? `Do you mean ${nearest}? ` : ''}See --help.`;
}

/**
 * Gives a flag with an optional value the value `true`, because `parseArgs` knows no such flag. A negative number that follows
 * belongs to it, although it begins like a flag.
 */
function completeOptionalValues(args: readonly string[], flags: readonly Flag[]): string[] {
  const names = flags.filter(({ isValueOptional }) => isValueOptional).map(({ name }) => `--${name}`);
  const end = args.indexOf('--');
  const isFlag = (at: number) => names.includes(args[at] ?? '') && (end === -1 || at < end);
  const isNumber = (text: string | undefined) => text !== undefined && /^-\d+(\.\d+)?$/.test(text);
  return args.flatMap((arg, at) => {
    if (isFlag(at - 1) && isNumber(arg)) return [];
    if (!isFlag(at)) return [arg];
    const next = args[at + 1];
    return [`${arg}=${isNumber(next) ? next : true}`];
  });
}
