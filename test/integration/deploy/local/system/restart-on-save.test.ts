import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { AppSpec } from '../../../../../deploy/local/system/dapr-yaml.ts';
import { withInspector } from '../../../../../deploy/local/system/inspector.ts';
import { restartOnSave } from '../../../../../deploy/local/system/restart-on-save.ts';
import { startChild } from '../../../../../deploy/process/child.ts';
import { Ports } from '../../../../../deploy/process/ports.ts';
import { Supervised } from '../../../../../deploy/process/supervised.ts';
import { waitFor } from '../../../../support/wait.ts';

/** A service that needs half a second to stop, and says at its end that it had the time. */
const MAIN = `import { createServer } from 'node:http';
import { word } from '../shared/word.ts';
const server = createServer((_request, response) => response.end(word)).listen(process.env.PORT, '127.0.0.1');
process.once('SIGTERM', () => setTimeout(() => { console.log('stopped'); process.exit(0); }, 500));
`;
const saying = (word: string): string => `export const word: string = '${word}';\n`;

interface Service {
  name: string;
  url: string;
  inspector: number;
  app: Supervised;
  logFile: string;
}

/** Two services on ports of their own, restarted when a file is saved. */
async function startServices(test: TestContext) {
  const root = mkdtempSync(path.join(tmpdir(), 'mp3converter-dev-'));
  const servicesDir = path.join(root, 'services');
  const save = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(servicesDir, file)), { recursive: true });
    writeFileSync(path.join(servicesDir, file), text);
  };
  writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
  save('shared/word.ts', saying('one'));
  const ports = new Ports(root);
  const services: (Service & { folder: string; appPort: number })[] = [];
  for (const name of ['auth', 'gateway']) {
    save(`${name}/main.ts`, MAIN);
    const folder = path.join(servicesDir, name);
    const appPort = await ports.reserve(name);
    const inspector = await ports.reserve(`${name}.inspector`);
    const spec = withInspector({ appId: name, command: [process.execPath, 'main.ts'] } as AppSpec, inspector);
    const [command = '', ...args] = spec.command;
    const logFile = path.join(root, `${name}.log`);
    const app = new Supervised({
      name,
      report: () => {},
      launch: () =>
        startChild({
          ...{ name, command, args, cwd: folder, logFile, dataDir: root },
          env: { ...process.env, PORT: `${appPort}` },
        }),
    });
    services.push({ name, folder, app, appPort, inspector, url: `http://127.0.0.1:${appPort}`, logFile });
  }
  const lines: string[] = [];
  const stopping = new AbortController();
  test.after(async () => {
    stopping.abort();
    await Promise.all(services.map(({ app }) => app.stop()));
    rmSync(root, { recursive: true, force: true });
  });
  await Promise.all(services.map(({ app }) => app.start()));
  restartOnSave(services, { servicesDir, report: (line) => lines.push(line), signal: stopping.signal });
  const [auth, gateway] = services as unknown as [Service, Service];
  await Promise.all([says(auth, 'one'), says(gateway, 'one')]);
  return { auth, gateway, lines, save };
}

const says = ({ name, url }: Service, word: string): Promise<true> =>
  waitFor(`${name} to say «${word}»`, async () => {
    const response = await fetch(url).catch(() => undefined);
    return (await response?.text().catch(() => '')) === word || undefined;
  });
const report = (lines: readonly string[], pattern: RegExp): Promise<string> =>
  waitFor(`${pattern} in the report`, async () => lines.find((line) => pattern.test(line)));

describe('restartOnSave', () => {
  it('restarts the service of a saved file, and no other', async (test) => {
    const { auth, gateway, lines, save } = await startServices(test);
    const pids = [auth.app.pid, gateway.app.pid];
    save('gateway/main.ts', MAIN.replace('response.end(word)', "response.end('two')"));
    await says(gateway, 'two');
    const line = await report(lines, /^gateway restarted in [\d.]+ s: services\/gateway\/main\.ts$/);
    test.diagnostic(line);
    assert.equal(auth.app.pid, pids[0]);
    assert.notEqual(gateway.app.pid, pids[1]);
    assert.deepEqual(lines, [line]);
  });

  it('restarts every service for a file in shared', async (test) => {
    const { auth, gateway, save } = await startServices(test);
    save('shared/word.ts', saying('two'));
    await Promise.all([says(auth, 'two'), says(gateway, 'two')]);
  });

  it('lets a service stop as SIGTERM asks it to, and inspects the new process on the same port', async (test) => {
    const { gateway, save } = await startServices(test);
    const target = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${gateway.inspector}/json/list`);
      return ((await response.json()) as { id: string }[])[0]?.id ?? '';
    };
    const before = await target();
    save('gateway/main.ts', MAIN.replace('response.end(word)', "response.end('two')"));
    await says(gateway, 'two');
    assert.match(readFileSync(gateway.logFile, 'utf8'), /^stopped$/m);
    assert.notEqual(await target(), before);
  });

  it('reports the error of a file that does not compile, and starts the service after the next save', async (test) => {
    const { gateway, lines, save } = await startServices(test);
    save('gateway/main.ts', 'const = ;\n');
    const line = await report(lines, /^gateway ended while starting and waits for the next saved file/);
    assert.match(line, /gateway\/main\.ts/);
    assert.match(line, /SyntaxError/);
    assert.ok(!gateway.app.child?.running());
    assert.equal(gateway.app.crashes, 0, 'it would be started again');
    save('gateway/main.ts', MAIN);
    await says(gateway, 'one');
    // It is supervised again: a crash is no fault of a saved file.
    await report(lines, /^gateway restarted/);
    const pid = gateway.app.pid as number;
    process.kill(pid, 'SIGKILL');
    await waitFor('a new process', async () => gateway.app.pid !== pid && gateway.app.pid);
  });

  it('restarts a service once more for a file that is saved after the new process has read it', async (test) => {
    const { gateway, save } = await startServices(test);
    const slow = "console.log('loaded'); await new Promise((resolve) => setTimeout(resolve, 1_000));\n";
    save('gateway/main.ts', MAIN.replace('const server', `${slow}const server`));
    await waitFor('the new process to load', async () =>
      /^loaded$/m.test(readFileSync(gateway.logFile, 'utf8')),
    );
    save('gateway/main.ts', MAIN.replace('response.end(word)', "response.end('two')"));
    await says(gateway, 'two');
  });
});
