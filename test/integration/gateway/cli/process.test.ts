import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { writePackage } from '../../../../deploy/package/package-files.ts';
import { atTerminal } from '../../../support/at-terminal.ts';
import { listen } from '../../../support/listen.ts';
import { repoRoot } from '../../../support/markdown.ts';
import { waitFor } from '../../../support/wait.ts';
import { createTestGateway, mp4 } from '../../../unit/gateway/client/test-gateway.ts';
import { TEST_CODE } from '../../../unit/gateway/client/test-sign-in.ts';

const run = promisify(execFile);
const SOURCE = path.join(repoRoot, 'services/gateway/cli/mp3.ts');
const PASSWORD = 'a long password';
const COMMAND = ['convert', 'films', '-o', 'out'];

/** A folder with two films, and the real gateway in this process, whose converter waits for `finish`. */
async function build(context: TestContext) {
  const system = createTestGateway(context);
  const url = await listen(context, system.app);
  const folder = await mkdtemp(path.join(tmpdir(), 'mp3-process-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'films'));
  await writeFile(path.join(folder, 'films', 'a.mp4'), mp4(500_000));
  await writeFile(path.join(folder, 'films', 'b.mp4'), mp4(600_000));
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const { done } = system;
  system.converter.run = async (job) => {
    await finished;
    return done(job);
  };
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, MP3_URL: url },
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    XDG_STATE_HOME: path.join(folder, 'state'),
  };
  const start = (args: string[], program = [SOURCE], node = process.execPath) =>
    spawn(node, [...program, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const mp3s = () => readdir(path.join(folder, 'out')).catch(() => []);
  const sent = () => system.state.keys().filter((key) => key.startsWith('job:')).length;
  return { ...system, url, folder, env, start, finish, mp3s, sent };
}

/** The Node that is first in PATH behind those of npm packages, where it is new enough. */
function systemNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const nodes = folders
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => path.join(folder, 'node'));
  const first = nodes.find((file) => existsSync(file));
  if (first === undefined) return undefined;
  const version = execFileSync(first, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(version)?.[1]) >= 20 ? first : undefined;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  assert.ok(child.stdout && child.stderr);
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

describe('a real mp3 process', () => {
  it('ends with 130 after Ctrl-C, says how to go on, and goes on', async (context) => {
    const { start, finish, sent, mp3s } = await build(context);
    const first = start(COMMAND);
    const firstEnd = ended(first);
    await waitFor('two jobs', async () => sent() === 2 || undefined);
    first.kill('SIGINT');
    const { code, err } = await firstEnd;
    assert.equal(code, 130, err);
    assert.match(err, /The same command goes on where this one has stopped:\n {2}mp3 convert films -o out\n/);
    finish();
    const second = await ended(start(COMMAND));
    assert.equal(second.code, 0, second.err);
    assert.deepEqual([sent(), await mp3s()], [2, ['a.mp3', 'b.mp3']]);
  });

  it('goes on after it was killed at any moment, without a second job', async (context) => {
    const { start, finish, sent, mp3s, folder, audio } = await build(context);
    for (const jobs of [0, 1, 2]) {
      const child = start(COMMAND);
      const end = once(child, 'exit');
      await waitFor(`${jobs} jobs`, async () => sent() >= jobs || undefined);
      child.kill('SIGKILL');
      await end;
    }
    finish();
    const last = await ended(start(COMMAND));
    assert.equal(last.code, 0, last.err);
    assert.deepEqual([sent(), await mp3s()], [2, ['a.mp3', 'b.mp3']]);
    assert.deepEqual(await readFile(path.join(folder, 'out', 'b.mp3')), audio);
  });
});

describe('a real mp3 process at a terminal', () => {
  const LOGIN = [process.execPath, SOURCE, 'login', '--email', 'ann@example.com'];
  const PASSWORD_TYPED = [/Password of ann@example\.com: /, `${PASSWORD}\r`] as const;
  const CODE = /Code of your authenticator app, or a recovery code: /;

  it('logs in with a password and the code of a second factor, and then converts without them', async (context) => {
    const { users, accounts, folder, env, start, finish, mp3s } = await build(context);
    users.set('ann@example.com', PASSWORD);
    accounts.signIn.factors.set('ann@example.com', []);
    finish();
    const answers = [PASSWORD_TYPED, [CODE, '000000\r'], [CODE, `${TEST_CODE}\r`]] as const;
    const { code, shown } = await atTerminal(LOGIN, { cwd: folder, env, answers });
    assert.equal(code, 0, shown);
    assert.ok(!shown.includes(PASSWORD));
    const converted = await ended(start(COMMAND));
    assert.equal(converted.code, 0, converted.err);
    assert.deepEqual(await mp3s(), ['a.mp3', 'b.mp3']);
  });

  for (const [question, before] of [
    ['the password', []],
    ['the code', [PASSWORD_TYPED]],
  ] as const) {
    it(`ends with 130 after Ctrl-C at the question for ${question}`, async (context) => {
      const { users, accounts, folder, env } = await build(context);
      users.set('ann@example.com', PASSWORD);
      accounts.signIn.factors.set('ann@example.com', []);
      const [asked] = before.length === 0 ? PASSWORD_TYPED : [CODE];
      const answers = [...before, [asked, '\x03'] as const];
      const { code, shown } = await atTerminal(LOGIN, { cwd: folder, env, answers });
      assert.equal(code, 130, shown);
      assert.match(shown, /\r\nInterrupted\.\r\n$/);
    });
  }
});

describe('the package of the command line', () => {
  let installed: string;

  before(async () => {
    installed = await mkdtemp(path.join(tmpdir(), 'mp3-package-'));
    const folder = path.join(installed, 'package');
    await writePackage(folder);
    await run('npm', ['pack', '--pack-destination', installed], { cwd: folder });
    const target = path.join(installed, 'target');
    await mkdir(target);
    await writeFile(path.join(target, 'package.json'), '{}');
    const [tarball = ''] = (await readdir(installed)).filter((name) => name.endsWith('.tgz'));
    // It has no dependencies, so nothing has to be fetched.
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `../${tarball}`], { cwd: target });
  });
  after(() => rm(installed, { recursive: true }));

  const command = () => path.join(installed, 'target', 'node_modules', '.bin', 'mp3');

  it('installs nothing but itself', async () => {
    const modules = await readdir(path.join(installed, 'target', 'node_modules'));
    assert.deepEqual(
      modules.filter((name) => !name.startsWith('.')),
      ['mp3converter-cli'],
    );
    const files = await readdir(path.join(installed, 'target', 'node_modules', 'mp3converter-cli'));
    assert.deepEqual(files.sort(), ['LICENSE', 'README.md', 'mp3.mjs', 'package.json']);
  });

  it('tells its version and its commands', async () => {
    const { version } = JSON.parse(await readFile(path.join(repoRoot, 'package.json'), 'utf8'));
    assert.equal((await run(command(), ['--version'])).stdout, `${version}\n`);
    assert.match((await run(command(), ['--help'])).stdout, /^ {2}convert +Send films/m);
  });

  const NODES: [name: string, node: string | undefined][] = [
    ['the Node of the repository', process.execPath],
    ['the Node of this machine', systemNode()],
  ];
  for (const [name, node] of NODES) {
    it(`converts with ${name}, after a login`, async (context) => {
      if (node === undefined) return context.skip('this machine has no Node 20 or newer');
      const { start, finish, mp3s, users, env } = await build(context);
      users.set('ann@example.com', PASSWORD);
      finish();
      const login = { ...env, MP3_EMAIL: 'ann@example.com', MP3_PASSWORD: PASSWORD };
      await run(node, [command(), 'login'], { env: login });
      const { code, err, out } = await ended(
        start(['convert', 'films', '-o', 'out', '--json'], [command()], node),
      );
      assert.equal(code, 0, err);
      assert.deepEqual(await mp3s(), ['a.mp3', 'b.mp3']);
      const printed = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).status);
      assert.deepEqual(printed, ['done', 'done']);
    });
  }
});

describe('bin of the repository', () => {
  it('runs the files of the checkout, on files of the caller', async (context) => {
    const { env, folder } = await build(context);
    const launcher = path.join(repoRoot, 'deploy/package/mp3.mjs');
    const failing = run(process.execPath, [launcher, 'convert', 'missing.mp4'], { env, cwd: folder });
    await assert.rejects(failing, { code: 1, stderr: 'missing.mp4: there is no such file.\n' });
    const { stdout } = await run(process.execPath, [launcher, 'help', 'jobs'], { env, cwd: folder });
    assert.match(stdout, /^mp3 jobs /);
  });
});
