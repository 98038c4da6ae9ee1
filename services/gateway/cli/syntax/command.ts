import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../client/http/clock.ts';
import type { Connection } from '../connect.ts';
import type { Completion } from './completion.ts';
import type { Flag, FlagGroup, Input } from './flags.ts';

/** A subcommand. The help, the completion scripts and the parser are all made from this. */
export interface Command {
  name: string;
  /** One line without a period, for the list of commands. */
  summary: string;
  /** What may follow the name, one form a line: `FILE... [-o PATH]`. */
  synopsis: readonly string[];
  /** Sentences below the synopsis. */
  details: readonly string[];
  groups: readonly FlagGroup[];
  operands: Completion;
  /** The words after `mp3`, and what they do. */
  examples: readonly (readonly [words: string, meaning: string])[];
  /**
   * Carries the command out and returns the exit code.
   * @throws UsageError where the input makes no sense, before anything is done; CommandError; ClientError
   */
  run(input: Input, program: Program): Promise<number>;
}

/** The program around a command: everything that it reads and writes, so that tests can replace it. */
export interface Program {
  commands: readonly Command[];
  version: string;
  /** How a person calls a command: `mp3 convert`, or `npm run convert --`. */
  invocationOf: (command: string) => string;
  /** The arguments after the name of the command, as they were given. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  clock: Clock;
  /** Prepares requests to the gateway at this address. */
  connect: (url: string) => Connection;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

export const flagsOf = ({ groups }: Pick<Command, 'groups'>): Flag[] => groups.flatMap(({ flags }) => flags);
