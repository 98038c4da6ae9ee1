import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createTestProgram, documentsOf } from '../test-program.ts';

const ANN = { email: 'ann@example.com', password: 'open: sésame' };

async function build(context: TestContext) {
  const program = await createTestProgram(context);
  program.users.set(ANN.email, ANN.password);
  const logIn = (email = ANN.email, password = ANN.password, ...more: string[]) =>
    program.run(['login', '--email', email, ...more], { env: { ...program.env, MP3_PASSWORD: password } });
  const file = path.join(program.home, 'config', 'mp3converter', 'logins.json');
  return { ...program, logIn, file };
}

describe('mp3 login', () => {
  it('keeps tokens and no password, in a file that only the user can read', async (context) => {
    const { logIn, file } = await build(context);
    assert.equal((await logIn()).code, 0);
    const text = await readFile(file, 'utf8');
    assert.doesNotMatch(text, /sésame/);
    assert.match(text, /refresh_token/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('is used by other commands, which neither ask nor register', async (context) => {
    const { logIn, run, calls } = await build(context);
    await logIn();
    calls.length = 0;
    assert.deepEqual(await run(['jobs']), { code: 0, out: 'There are no jobs.\n', err: '' });
    assert.deepEqual(calls, []);
  });

  it('stays after a command that used it', async (context) => {
    const { logIn, run } = await build(context);
    await logIn();
    for (const _ of [1, 2]) assert.equal((await run(['jobs'])).code, 0);
  });

  it('keeps several accounts, of which the last is the default', async (context) => {
    const { logIn, run, users } = await build(context);
    users.set('bob@example.com', 'another one');
    await logIn();
    await logIn('bob@example.com', 'another one');
    assert.match((await run(['whoami'])).out, /^bob@/);
    assert.match((await run(['whoami', '--email', 'ANN@example.com'])).out, /^ann@/);
  });

  it('keeps a login for each gateway', async (context) => {
    const { logIn, run } = await build(context);
    await logIn();
    await logIn(ANN.email, ANN.password, '--url', 'http://other.example/');
    await run(['logout', '--url', 'http://other.example']);
    assert.equal((await run(['whoami', '--url', 'http://other.example'])).code, 3);
    assert.equal((await run(['whoami'])).code, 0);
  });

  it('fails with 3 for a wrong password, and keeps nothing', async (context) => {
    const { logIn, file } = await build(context);
    const { code, err } = await logIn(ANN.email, 'wrong');
    assert.equal(code, 3);
    assert.match(err, /has another password at .* --register/);
    await assert.rejects(readFile(file), { code: 'ENOENT' });
  });

  it('makes the account with --register', async (context) => {
    const { logIn, users } = await build(context);
    assert.equal((await logIn('new@example.com', 'a new password', '--register')).code, 0);
    assert.equal(users.get('new@example.com'), 'a new password');
  });

  it('needs an address and a password where there is no terminal', async (context) => {
    const { run } = await build(context);
    assert.match((await run(['login'])).err, /no terminal to ask for the address/);
    assert.match((await run(['login', '--email', 'a@b.c'])).err, /no terminal to ask for the password/);
  });

  it('says that it has expired, with 3, where the gateway refuses its tokens', async (context) => {
    const { logIn, run, tokens, file } = await build(context);
    await logIn();
    tokens.clear();
    const { code, err } = await run(['jobs']);
    assert.equal(code, 3);
    assert.match(
      err,
      /The login of ann@example\.com has expired\. Log in again with: mp3 login --email ann@/,
    );
    assert.equal((await readFile(file, 'utf8')).trim(), '{}');
  });

  it('is told with the gateway that the command had', async (context) => {
    const { run, logIn } = await build(context);
    const other = 'https://mp3.example.com';
    for (const command of ['jobs', 'whoami']) {
      const { err } = await run([command, '--url', other], { env: { ...(await build(context)).env } });
      assert.match(err, /Log in with: mp3 login --url \S+\n$/);
    }
    assert.match((await logIn(ANN.email, 'wrong')).err, /To make one: mp3 login --register --url \S+\n$/);
  });

  it('comes after a password in the environment', async (context) => {
    const { logIn, run, env, calls } = await build(context);
    await logIn();
    calls.length = 0;
    await run(['jobs'], { env: { ...env, MP3_EMAIL: ANN.email, MP3_PASSWORD: ANN.password } });
    assert.deepEqual(calls, ['/login', '/logout']);
  });

  it('names a file that is damaged', async (context) => {
    const { logIn, run, file } = await build(context);
    await logIn();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, '{"broken');
    const { code, err } = await run(['jobs']);
    assert.equal(code, 1);
    assert.match(err, /logins\.json cannot be used \(it is damaged\)\. Delete it, and log in again\./);
  });
});

describe('mp3 logout', () => {
  it('revokes and forgets the login', async (context) => {
    const { logIn, run, calls } = await build(context);
    await logIn();
    const { code, out } = await run(['logout']);
    assert.deepEqual([code, out], [0, 'Logged out ann@example.com at http://gateway.test.\n']);
    assert.equal(calls.at(-1), '/logout');
    assert.equal((await run(['jobs'])).code, 3);
    assert.equal((await run(['logout'])).code, 3);
  });

  it('forgets the login where the gateway does not answer', async (context) => {
    const { logIn, run, transport } = await build(context);
    await logIn();
    transport.send = async () => {
      throw new Error('nothing answers');
    };
    assert.equal((await run(['logout'])).code, 0);
    assert.equal((await run(['whoami'])).code, 3);
  });
});

describe('mp3 whoami', () => {
  it('tells a login from an account that was made automatically', async (context) => {
    const { logIn, run, cwd } = await build(context);
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path.join(cwd, 'a.mp4'), 'not a film');
    await run(['convert', 'a.mp4']);
    assert.equal(documentsOf(await run(['whoami', '--json']))[0].kind, 'automatic');
    await logIn();
    assert.deepEqual(documentsOf(await run(['whoami', '--json'])), [
      { url: 'http://gateway.test', email: ANN.email, kind: 'login' },
    ]);
  });
});
