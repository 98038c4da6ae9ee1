import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { commands } from '../../../../services/gateway/cli/commands/table.ts';
import { ConnectionLostError, UnreachableError } from '../../../../services/gateway/client/http/errors.ts';
import { createTestProgram, documentsOf } from './test-program.ts';

describe('dispatch', () => {
  for (const args of [[], ['--help'], ['-h'], ['help']]) {
    it(`lists the commands for ${JSON.stringify(args)}`, async (context) => {
      const { run } = await createTestProgram(context);
      const { code, out } = await run(args);
      assert.equal(code, 0);
      for (const { name, summary } of commands)
        assert.match(out, new RegExp(`^  ${name} +${summary.slice(0, 10)}`, 'm'));
    });
  }

  for (const { name, examples } of commands) {
    it(`explains ${name} in each way in which help can be asked for`, async (context) => {
      const { run } = await createTestProgram(context);
      const [byFlag, byShort, byCommand] = [
        await run([name, '--help']),
        await run([name, '--no-such', '-h']),
        await run(['help', name]),
      ];
      assert.match(byFlag.out, new RegExp(`^mp3 ${name}`));
      assert.equal(byShort.out, byFlag.out);
      assert.equal(byCommand.out, byFlag.out);
      for (const [words] of examples) assert.ok(byFlag.out.includes(`  mp3 ${words}\n`), words);
      assert.match(byFlag.out, /130 {2}interrupted/);
    });

    it(`explains ${name} in lines that fit into 100 columns`, async (context) => {
      const { run } = await createTestProgram(context);
      const { out } = await run(['help', name]);
      assert.deepEqual(
        out.split('\n').filter((line) => line.length > 100),
        [],
      );
    });
  }

  it('prints the version', async (context) => {
    const { run } = await createTestProgram(context);
    assert.deepEqual(await run(['--version']), { code: 0, out: '1.2.3\n', err: '' });
    assert.deepEqual(await run(['jobs', '--version']), { code: 0, out: '1.2.3\n', err: '' });
  });

  const MISTAKES: [args: string[], message: RegExp][] = [
    [['convrt', 'a b.mp4'], /There is no command convrt\. Do you mean: mp3 convert 'a b\.mp4'/],
    [['dowload'], /Do you mean: mp3 download/],
    [['xyzzy'], /There is no command xyzzy\. See mp3 help/],
    [['movie.mp4', '-f'], /There is no command movie\.mp4\. To convert it: mp3 convert movie\.mp4 -f/],
    [['--json', 'jobs'], /The command comes first/],
    [['jobs', '--limt', '3'], /There is no option --limt\. Do you mean --limit\? See --help\./],
    [['jobs', '--limit'], /See --help/],
    [['help', 'prob'], /Do you mean probe\?/],
    [['\x1b[2J'], /There is no command \$'\\033\[2J'/],
    [['completion', 'fish'], /Which shell\? bash or zsh\./],
  ];
  for (const [args, message] of MISTAKES) {
    it(`says what may have been meant by ${JSON.stringify(args)}`, async (context) => {
      const { run, cwd } = await createTestProgram(context);
      await writeFile(path.join(cwd, 'movie.mp4'), 'x');
      const { code, out, err } = await run(args);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.ok(!err.includes('\x1b'));
      if (!args.includes('--json')) assert.equal(out, '');
    });
  }

  const CODES: [what: string, error: Error, exitCode: number, code: string][] = [
    ['a gateway that does not answer', new UnreachableError('Nothing answers.'), 4, 'unreachable'],
    ['a connection that breaks off', new ConnectionLostError('It broke off.'), 4, 'unreachable'],
  ];
  for (const [what, error, exitCode, code] of CODES) {
    it(`returns ${exitCode} for ${what}, and tells programs ${code}`, async (context) => {
      const { run, env, transport } = await createTestProgram(context);
      Object.assign(env, { MP3_EMAIL: 'ann@example.com', MP3_PASSWORD: 'a long password' });
      transport.send = async () => {
        throw error;
      };
      const ran = await run(['jobs', '--json']);
      assert.equal(ran.code, exitCode);
      assert.deepEqual(
        documentsOf(ran).map((document) => document.error.code),
        [code],
      );
      assert.match(ran.err, new RegExp(error.message));
    });
  }

  it('returns 3 where nobody is logged in, and says how to log in', async (context) => {
    const { run } = await createTestProgram(context);
    const ran = await run(['jobs', '--json']);
    assert.equal(ran.code, 3);
    assert.match(ran.err, /You are not logged in at .* Log in with: mp3 login/);
    assert.equal(documentsOf(ran)[0].error.code, 'not_logged_in');
  });

  it('says nothing where the reader of the standard output has gone', async (context) => {
    const { run } = await createTestProgram(context);
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    }).on('error', () => undefined);
    assert.deepEqual(await run(['help'], { stdout }), { code: 1, out: '', err: '' });
  });

  it('returns 130 after an interruption', async (context) => {
    const { run, stop } = await createTestProgram(context);
    stop.abort(new Error('interrupted'));
    const ran = await run(['login', '--email', 'ann@example.com'], {
      env: { MP3_PASSWORD: 'x', MP3_URL: 'http://g' },
    });
    assert.deepEqual([ran.code, ran.err], [130, 'Interrupted.\n']);
  });
});
