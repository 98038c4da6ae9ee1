import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ServerContext } from '../../../../deploy/local/servers/context.ts';
import { startContainer } from '../../../../deploy/local/servers/docker.ts';
import { lastFatalMessage } from '../../../../deploy/local/system/readiness.ts';
import { waitFor } from '../../../support/wait.ts';

/** Starts a container with a fake docker program whose `inspect` runs this shell command. */
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

describe('startContainer', () => {
  for (const printed of ['0', '', 'N/A', '<no value>']) {
    it(`stops the container again when Docker reports «${printed}» as its process id`, async (test) => {
      const { started, calls } = start(test, `echo '${printed}'`);
      await assert.rejects(started, /ended as soon as it was started/);
      assert.deepEqual(calls(), ['run', 'inspect', 'stop']);
    });
  }

  it('stops the container again when the start is aborted', async (test) => {
    const stop = new AbortController();
    const { started, calls } = start(test, 'exec sleep 100', stop.signal);
    const refused = assert.rejects(started, /stopped/);
    await waitFor('docker inspect to be called', async () => calls().includes('inspect'));
    stop.abort(new Error('stopped'));
    await refused;
    assert.deepEqual(calls(), ['run', 'inspect', 'stop']);
  });
});

describe('lastFatalMessage', () => {
  const fatal = '{"level":60,"msg":"refused: the store"}';
  const table: [name: string, log: string, expected: string | undefined][] = [
    [
      'returns the last fatal message',
      `{"level":60,"msg":"first"}\n${fatal}\n{"level":30,"msg":"ended"}\n`,
      'refused: the store',
    ],
    [
      'finds a message with other fields before the level',
      '{"time":1,"level":60,"msg":"refused"}\n',
      'refused',
    ],
    ['ignores a level that a message quotes', '{"level":30,"msg":"it said {\\"level\\":60}"}\n', undefined],
    ['ignores lines that are not JSON', `${fatal}\n    at main.ts:1 "level":60\n`, 'refused: the store'],
    ['returns undefined for an empty log', '', undefined],
  ];
  for (const [name, log, expected] of table) it(name, () => assert.equal(lastFatalMessage(log), expected));
});
