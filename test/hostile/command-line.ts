import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KINDS } from './hostile-file.ts';

export const usage = `npm run test:hostile -- [--seed S] [--mutations N] [--only PATTERN] [--short] [--jobs N] [--keep FOLDER] [--json]

Makes hostile files and converts and probes each of them as the converter does, with its limits and its sandbox: playlists
under any disguise, texts and addresses inside of films, references to other files, bombs, every format cut at 40 places, and
files with changed headers. Each file has to end with an MP3 or a documented code, in time and with bounded memory. A
listener, planted files and the folder around it are witnesses that nothing else was touched.

  --seed       a whole number below 4294967296; the same seed makes the same changes (default: a random one, which is printed)
  --mutations  how many files with changed headers, from 0 to 1000000 (default 2000)
  --only       only files whose kind and name match this regular expression; the kinds are ${KINDS.join(', ')}
  --short      only some of the files that are the same for each seed, chosen by the seed, as npm test does
  --jobs       files at a time (default: the number of cores)
  --keep       a folder for the files with a fault
  --keep-all   keeps every file there, also those without a fault
  --json       prints the result of every file as a line of JSON, and then the summary
  --list       prints the names of the files, and converts nothing

To make one file again, give the seed, the number of mutations and its name:
  npm run test:hostile -- --seed 7 --only '^mutation 123 of' --keep FOLDER --keep-all
Exit code: 0 if all is well; 1 if a file has a fault; 130 if Ctrl-C stopped it, and then nothing is left behind.
`;

export interface CommandLine {
  seed: number;
  mutations: number;
  only: string;
  isShort: boolean;
  jobs: number;
  keep: string | undefined;
  keepsAll: boolean;
  json: boolean;
  list: boolean;
}

/** Reads the command line. Returns undefined when help is wanted. Throws an error for the terminal when it is wrong. */
export function readCommandLine(args: readonly string[], cwd = process.cwd()): CommandLine | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      mutations: { type: 'string', default: '2000' },
      only: { type: 'string', default: '' },
      short: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(availableParallelism()) },
      keep: { type: 'string' },
      'keep-all': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const { only, short, keep, json, list } = values;
  requirePattern(only);
  const keepsAll = values['keep-all'];
  if (keepsAll && keep === undefined) throw new Error('--keep-all needs the folder of --keep.');
  return {
    ...{
      only,
      isShort: short,
      json,
      list,
      keepsAll,
      keep: keep === undefined ? undefined : resolve(cwd, keep),
    },
    seed: values.seed === undefined ? randomInt(1_000_000) : wholeNumber('seed', values.seed, 0, 2 ** 32 - 1),
    mutations: wholeNumber('mutations', values.mutations, 0, 1_000_000),
    jobs: wholeNumber('jobs', values.jobs, 1, 256),
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new Error(`--${name} is ${text}. It must be a whole number from ${least} to ${most}.\n\n${usage}`);
  return value;
}

function requirePattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new Error(`--only is no regular expression: ${(error as Error).message}`);
  }
}
