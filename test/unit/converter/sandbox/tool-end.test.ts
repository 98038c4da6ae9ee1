import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LAYERS, type Layer, type Sandbox } from '../../../../services/converter/sandbox/sandbox.ts';
import { readEnd, sandboxFailure } from '../../../../services/converter/sandbox/tool-end.ts';

const sandboxOf = (...layers: Layer[]): Sandbox => ({ layers, commandLine: async (path) => [path] });
const ALL = sandboxOf(...LAYERS);
const LANDLOCK = sandboxOf('landlock', 'seccomp', 'limits');
const OFF = sandboxOf();

describe('readEnd', () => {
  const table: [string, Sandbox, number | null, NodeJS.Signals | null, ReturnType<typeof readEnd>][] = [
    ['keeps an exit code', ALL, 1, null, { code: 1, killedBy: null, reachedLimit: undefined }],
    [
      'reads SIGXCPU of the code of bwrap as the limit of time',
      ...([ALL, 152, null, { code: null, killedBy: 'SIGXCPU', reachedLimit: 'cpuSeconds' }] as const),
    ],
    [
      'calls a failed assertion SIGABRT, although SIGIOT has the same number',
      ...([ALL, 134, null, { code: null, killedBy: 'SIGABRT', reachedLimit: undefined }] as const),
    ],
    [
      'reads SIGXFSZ as the limit of files',
      ...([
        LANDLOCK,
        null,
        'SIGXFSZ',
        { code: null, killedBy: 'SIGXFSZ', reachedLimit: 'fileBytes' },
      ] as const),
    ],
    [
      'does not take SIGKILL for a limit, because the kernel sends it where memory is short',
      ...([ALL, 137, null, { code: null, killedBy: 'SIGKILL', reachedLimit: undefined }] as const),
    ],
    [
      'takes a high exit code for what it is without bwrap',
      ...([LANDLOCK, 152, null, { code: 152, killedBy: null, reachedLimit: undefined }] as const),
    ],
    [
      'knows of no limit outside a sandbox',
      ...([OFF, null, 'SIGXCPU', { code: null, killedBy: 'SIGXCPU', reachedLimit: undefined }] as const),
    ],
  ];
  for (const [name, sandbox, code, killedBy, expected] of table)
    it(name, () => assert.deepEqual(readEnd(sandbox, code, killedBy), expected));
});

describe('sandboxFailure', () => {
  const table: [string, Sandbox, number, string, string | undefined][] = [
    ['returns what bwrap says', ALL, 1, 'bwrap: No permissions', 'bwrap: No permissions'],
    ['returns what the launcher says', LANDLOCK, 125, 'confine: seccomp: x', 'confine: seccomp: x'],
    ['leaves the failure of a tool alone', ALL, 1, 'input: Invalid data', undefined],
    ['asks for the code that belongs to the message', ALL, 0, 'bwrap: No permissions', undefined],
    ['leaves a tool outside a sandbox alone', OFF, 1, 'bwrap: No permissions', undefined],
  ];
  for (const [name, sandbox, code, line, expected] of table)
    it(name, () => assert.equal(sandboxFailure(sandbox, code, line), expected));
});
