import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { launch } from '../../deploy/local/launch.ts';
import { aptInstall, canInstall } from '../../deploy/process/apt.ts';
import { startChild } from '../../deploy/process/child.ts';
import { Ports } from '../../deploy/process/ports.ts';
import { readFirstBytes, waitUntilReady } from '../../deploy/process/wait-ready.ts';
import { which } from '../../deploy/process/which.ts';

const repoRoot = resolve(import.meta.dirname, '../..');
const sqlite = readFileSync(join(repoRoot, 'components/blobs/sqlite/store.yaml'), 'utf8');
const { signal } = new AbortController();
const quiet = () => {};

function newStateRoot(test: TestContext): string {
  const stateRoot = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'refused-'));
  test.after(() => rmSync(stateRoot, { recursive: true, force: true }));
  return stateRoot;
}

/** Starts a system over a store of the test's own. */
async function startOver(component: string, stateRoot: string): Promise<void> {
  const folder = mkdtempSync(join(stateRoot, 'store-'));
  writeFileSync(join(folder, 'store.yaml'), component);
  const launched = await launch({ repoRoot, stateRoot, choice: { blobs: folder }, report: quiet, signal });
  await launched.stop();
}

/** Starts a real server. Dapr offers no compare-and-set on it. */
async function startMemcached(test: TestContext, stateRoot: string): Promise<number> {
  if (which('memcached') === undefined && canInstall())
    await aptInstall(['memcached'], ['memcached.service'], quiet, signal);
  const port = await new Ports(join(stateRoot, 'memcached')).reserve('memcached');
  const child = await startChild({
    name: 'memcached',
    command: which('memcached') ?? 'memcached',
    args: ['-u', 'root', '-l', '127.0.0.1', '-p', String(port), '-U', '0'],
    cwd: stateRoot,
    env: {},
    logFile: join(stateRoot, 'memcached.log'),
    dataDir: join(stateRoot, '.data'),
  });
  test.after(() => child.stop());
  const answers = async (attempt: AbortSignal) =>
    (await readFirstBytes(port, Buffer.from('version\r\n'), attempt)).toString().startsWith('VERSION');
  await waitUntilReady(child, answers, { timeoutMs: 60_000, signal });
  return port;
}

const withSpec = (spec: string): string => sqlite.replace(/^spec:[\s\S]*?(?=^auth:)/m, spec);

describe('npm start', () => {
  it('refuses a store without compare-and-set, with the reason', async (test) => {
    const stateRoot = newStateRoot(test);
    const port = await startMemcached(test, stateRoot);
    const component = withSpec(`spec:
  type: state.memcached
  version: v1
  metadata:
    - name: hosts
      value: 127.0.0.1:${port}
`);
    await assert.rejects(
      startOver(component, stateRoot),
      /^Error: gateway refused: .*not .*compare and set/s,
    );
  });

  it('refuses a store in which each service has keys of its own, with the reason', async (test) => {
    const component = sqlite.replace(/ {4}- name: keyPrefix\n {6}value: none\n/, '');
    assert.notEqual(component, sqlite);
    // On a slow machine, others may not be ready yet either.
    await assert.rejects(
      startOver(component, newStateRoot(test)),
      /^Error: Not ready after 60 s: [^.]*converter, notification\..*not ready: the component «store» .*keyPrefix/s,
    );
  });
});
