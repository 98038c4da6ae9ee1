import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const read = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8');

/** The command that lets the intruder loose in a container of the converter. It prints JSON for {@link readIntrusions}. */
export const INTRUDER_COMMAND: string[] = [
  ...['node', '--input-type=module', '--eval', read('run-intruder.mjs'), '--'],
  read('intruder.pl'),
];

/** What the intruder gets wherever there is no sandbox. The rest depends on the kernel and on the container. */
export const WITHOUT_SANDBOX = [
  'reads the users of the system',
  'reads the environment of the converter',
  'reads the film of a neighbour',
  'lists the films of all',
  'writes into the folder of a neighbour',
  'deletes the film of a neighbour',
  'connects to the sidecar',
  'sends a packet to a name server',
  'listens on a port',
  'starts processes, as a fork bomb does',
  'signals the converter',
  'fills the disk',
];
/** The number of attempts in intruder.pl. */
const ATTEMPTS = 13;

export interface Attempt {
  name: string;
  hasSucceeded: boolean;
  /** What it saw, or why it saw nothing. */
  seen: string;
}

const run = z.object({
  layers: z.array(z.string()),
  missing: z.array(z.string()),
  code: z.literal(0),
  stderr: z.string(),
  output: z.string().transform((text) => text.trim().split('\n').map(readAttempt)),
});
/** With the sandbox that is required, and without one. */
const intrusions = z.object({ required: run, off: run });
export type Intrusions = z.output<typeof intrusions>;

function readAttempt(line: string): Attempt {
  const [name = '', outcome = '', seen = ''] = line.split('\t');
  return { name, hasSucceeded: outcome !== 'nothing', seen: seen.trim() };
}

/** Reads what INTRUDER_COMMAND has printed. Throws where the intruder did not come to its end. */
export function readIntrusions(stdout: string): Intrusions {
  const found = intrusions.parse(JSON.parse(stdout));
  for (const { output } of Object.values(found)) assert.equal(output.length, ATTEMPTS);
  return found;
}

/** A table of what the intruder got, with the sandbox and without. */
export function intrusionTable({ required, off }: Intrusions): string {
  const cell = ({ hasSucceeded, seen }: Attempt): string =>
    `${hasSucceeded ? 'GOT ' : '—   '}${seen}`.slice(0, 40);
  const rows = required.output.map((attempt, index) => [
    attempt.name,
    cell(attempt),
    cell(off.output[index] as Attempt),
  ]);
  return [['the intruder', required.layers.join(', '), 'without a sandbox'], ...rows]
    .map(([name = '', left = '', right = '']) => `${name.padEnd(40)}${left.padEnd(42)}${right}`)
    .join('\n');
}

/** Fails unless the sandbox leaves the intruder nothing, and the same attempts succeed without it. */
export function assertConfined({ required, off }: Intrusions): void {
  const names = (attempts: readonly Attempt[]): string[] =>
    attempts.filter(({ hasSucceeded }) => hasSucceeded).map(({ name }) => name);
  assert.deepEqual(names(required.output), []);
  for (const layer of ['seccomp', 'limits']) assert.ok(required.layers.includes(layer), layer);
  assert.ok(required.layers.includes('landlock') || required.layers.includes('namespaces'));
  const got = names(off.output);
  assert.deepEqual(
    WITHOUT_SANDBOX.filter((name) => !got.includes(name)),
    [],
  );
  assert.deepEqual(off.layers, []);
}
