import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ServerContext } from '../../../../deploy/local/servers/context.ts';
import { startContainer } from '../../../../deploy/local/servers/docker.ts';
import { lastFatalMessage } from '../../../../deploy/local/system/readiness.ts';
import { waitFor } from '../../../support/wait.ts';

/** Starts a container with a Docker whose `inspect` does this. */
function start(test: TestContext, inspect: string, signal = new AbortController().signal) {
  const dataDir = mkdtempSync(join(tmpdir(), 'mp3converter-container-'));
  test.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const docker = join(dataDir, 'docker');
  const calls = join(dataDir, 'calls');
  writeFileSync(calls, '');
  const script = [
    '#!/bin/sh',
    `echo "$1" >> ${calls}`,
    'case "$1" in',
    '  run) echo abc123;;',
    `  inspect) ${inspect};;`,
    'esac',
  ];
  writeFileSync(docker, script.join('\n'), { mode: 0o700 });
  const context = { dataDir, keep: false, signal, tools: { docker } } as unknown as ServerContext;
  const options = { name: 'server', image: 'example/server', ports: {}, volume: '/data', env: {} };
  return {
    started: startContainer(context, options),
    calls: () => readFileSync(calls, 'utf8').trim().split('\n'),
  };
}

describe('a container that was started is stopped again', () => {
  for (const printed of ['0', '', 'N/A', '<no value>']) {
    it(`when Docker states «${printed}» as its process id`, async (test) => {
      const { started, calls } = start(test, `echo '${printed}'`);
      await assert.rejects(started, /ended as soon as it was started/);
      assert.deepEqual(calls(), ['run', 'inspect', 'stop']);
    });
  }

  it('when the start is aborted meanwhile', async (test) => {
    const stop = new AbortController();
    const { started, calls } = start(test, 'exec sleep 100', stop.signal);
    const refused = assert.rejects(started, /stopped/);
    await waitFor('Docker to be asked', async () => calls().includes('inspect'));
    stop.abort(new Error('stopped'));
    await refused;
    assert.deepEqual(calls(), ['run', 'inspect', 'stop']);
  });
});

describe('the reason of a service that refuses to run', () => {
  const fatal = '{"level":60,"msg":"refused: the store"}';
  const table: [name: string, log: string, expected: string | undefined][] = [
    [
      'is the last fatal message',
      `{"level":60,"msg":"first"}\n${fatal}\n{"level":30,"msg":"ended"}\n`,
      'refused: the store',
    ],
    ['is found with other fields before the level', '{"time":1,"level":60,"msg":"refused"}\n', 'refused'],
    ['is no text that a message quotes', '{"level":30,"msg":"it said {\\"level\\":60}"}\n', undefined],
    [
      'is found beside lines that are no JSON',
      `${fatal}\n    at main.ts:1 "level":60\n`,
      'refused: the store',
    ],
    ['is nothing in an empty log', '', undefined],
  ];
  for (const [name, log, expected] of table) it(name, () => assert.equal(lastFatalMessage(log), expected));
});
