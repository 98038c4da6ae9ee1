import { type Command, flagsOf, type Program } from './command.ts';
import type { Flag } from './flags.ts';

/** Column at which the explanations of flags begin. */
const COLUMN = 25;
const LINE_LENGTH = 90;

const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'success'],
  [1, 'failure, also of one of several files or jobs'],
  [2, 'invalid command line; nothing was done'],
  [3, 'not logged in, or the password or the code is wrong'],
  [4, 'the gateway cannot be reached'],
  [130, 'interrupted'],
];

type Invocation = Pick<Program, 'invocationOf'>;

/** The help of one command. */
export function helpOf(command: Command, { invocationOf }: Invocation): string {
  const call = invocationOf(command.name);
  const sections = [
    command.synopsis.map((form) => `${call} ${form}`.trimEnd()),
    [`${command.summary}.`, ...command.details].flatMap(wrap),
    ...command.groups.map(({ title, flags }) => [`${title}:`, ...flags.flatMap(linesOf)]),
    ['Examples:', ...command.examples.flatMap((example) => linesOfExample(example, { invocationOf }))],
    ['Exit codes:', ...EXIT_CODES.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`)],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The help of the program: a line for each command. */
export function overview({ commands, invocationOf }: Program): string {
  const call = (name: string) => invocationOf(name);
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Converts videos to MP3 by a gateway of mp3converter, and manages the jobs there.

${call('COMMAND')} [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

Begin with:
  ${call('convert')} movie.mp4
  ${call('help')} convert

The gateway is --url, or $MP3_URL, or http://localhost:8080.
`;
}

/** `  -o, --output PATH      where the MP3 goes` */
function linesOf(flag: Flag): string[] {
  const short = flag.short ? `-${flag.short},` : '   ';
  const head = `  ${short} ${flagForm(flag)}`;
  const [first = '', ...rest] = flag.text;
  const indent = ' '.repeat(COLUMN);
  const further = rest.map((line) => `${indent}${line}`);
  return head.length + 2 > COLUMN
    ? [head, `${indent}${first}`, ...further]
    : [head.padEnd(COLUMN) + first, ...further];
}

function flagForm({ name, value, isValueOptional }: Flag): string {
  if (value === undefined) return `--${name}`;
  return isValueOptional ? `--${name}[=${value}]` : `--${name} ${value}`;
}

function linesOfExample(
  [words, meaning]: Command['examples'][number],
  { invocationOf }: Invocation,
): string[] {
  const [name = '', ...rest] = words.split(' ');
  return [`  ${[invocationOf(name), ...rest].join(' ')}`, `      ${meaning}`];
}

/** Every way in which a flag can be written, for completion. */
export const spellingsOf = (command: Command): string[] =>
  flagsOf(command).flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])]);

/** Breaks a sentence into lines. */
function wrap(sentence: string): string[] {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
