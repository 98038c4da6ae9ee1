import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ProblemError } from '../../../../../services/gateway/client/http/errors.ts';
import type { Transport } from '../../../../../services/gateway/client/http/transport.ts';
import { type ErrorCode, STATUS } from '../../../../../services/shared/runtime/errors.ts';
import { mp4 } from '../../client/test-gateway.ts';
import { RECOVERY_CODES, TEST_CODE } from '../../client/test-sign-in.ts';
import { createTestProgram, documentsOf } from '../test-program.ts';
import { type Answer, terminalWith } from '../test-terminal.ts';

const ANN = { email: 'ann@example.com', password: 'open: sésame' };
const STEP = '/login/second-factor';
const QUESTION = /Code of your authenticator app, or a recovery code: /;
const PASSWORD: Answer = [/Password of ann@example\.com: /, `${ANN.password}\r`];
const code = (typed: string): Answer => [QUESTION, `${typed}\r`];
const [RECOVERY_CODE = ''] = RECOVERY_CODES;

/** A program, and an account with a second factor. */
async function build(context: TestContext) {
  const program = await createTestProgram(context);
  const { users, accounts, env, home } = program;
  const { factors, challenges } = accounts.signIn;
  users.set(ANN.email, ANN.password);
  factors.set(ANN.email, [...RECOVERY_CODES]);
  /** Runs a command at a terminal. */
  const typeAt = async (args: readonly string[], ...answers: Answer[]) => {
    const { streams, said, left } = terminalWith(answers);
    const { code, out } = await program.run(args, streams);
    assert.deepEqual(left, [], 'each question was asked');
    return { code, out, err: said() };
  };
  const logIn = (...answers: Answer[]) => typeAt(['login', '--email', ANN.email], PASSWORD, ...answers);
  const logins = () => readFile(path.join(home, 'config', 'mp3converter', 'logins.json'), 'utf8');
  const withPassword = { ...env, MP3_EMAIL: ANN.email, MP3_PASSWORD: ANN.password };
  return { ...program, factors, challenges, typeAt, logIn, logins, withPassword };
}

/** Has the gateway answer the first code with an error. */
function refuseFirstCode(transport: Transport, error: ProblemError): void {
  const { send } = transport;
  let isFirst = true;
  transport.send = async (request) => {
    if (request.path !== STEP || !isFirst) return send(request);
    isFirst = false;
    throw error;
  };
}

type Built = Awaited<ReturnType<typeof build>>;

/** How often a code was sent. */
const sentCodes = ({ calls }: Pick<Built, 'calls'>) => calls.filter((call) => call === STEP).length;

async function requireNoLogin({ logins }: Pick<Built, 'logins'>): Promise<void> {
  await assert.rejects(logins(), { code: 'ENOENT' });
}

describe('mp3 login to an account with a second factor', () => {
  it('asks for the code, and later commands do not ask', async (context) => {
    const { logIn, run, calls } = await build(context);
    const { code: exitCode, out } = await logIn(code(TEST_CODE));
    assert.deepEqual([exitCode, out], [0, 'Logged in at http://gateway.test as ann@example.com.\n']);
    calls.length = 0;
    assert.deepEqual(await run(['jobs']), { code: 0, out: 'There are no jobs.\n', err: '' });
    assert.deepEqual(calls, []);
  });

  it('keeps neither the code nor the password', async (context) => {
    const { logIn, logins } = await build(context);
    await logIn(code(RECOVERY_CODE));
    const kept = await logins();
    assert.match(kept, /refresh_token/);
    assert.ok(!kept.includes(RECOVERY_CODE) && !kept.includes('sésame'));
  });

  it('takes a recovery code, with blanks around it', async (context) => {
    const { logIn, factors } = await build(context);
    assert.equal((await logIn(code(` ${RECOVERY_CODE} `))).code, 0);
    assert.deepEqual(factors.get(ANN.email), RECOVERY_CODES.slice(1));
  });

  it('says that a code is wrong, and asks again', async (context) => {
    const { logIn, ...built } = await build(context);
    const { code: exitCode, err } = await logIn(code('000000'), code(TEST_CODE));
    assert.equal(exitCode, 0);
    assert.match(err, /wrong_code \(wrong_code\)\n/);
    assert.equal(sentCodes(built), 2);
  });

  it('ends with 3 after five wrong codes, and keeps nothing', async (context) => {
    const { logIn, ...built } = await build(context);
    const { code: exitCode, err } = await logIn(...Array.from({ length: 5 }, () => code('000000')));
    assert.equal(exitCode, 3);
    assert.match(err, /Begin again: these were 5 codes\.\n$/);
    assert.equal(sentCodes(built), 5);
    await requireNoLogin(built);
  });

  it('ends with 3 where the code comes too late', async (context) => {
    const { logIn, challenges, ...built } = await build(context);
    const late = () => {
      challenges.clear();
      return `${TEST_CODE}\r`;
    };
    const { code: exitCode, err } = await logIn([QUESTION, late]);
    assert.equal(exitCode, 3);
    assert.match(err, /\(sign_in_failed\)\n$/);
    await requireNoLogin(built);
  });

  for (const [what, typed] of [
    ['an empty line', '\r'],
    ['the end of the input (Ctrl-D)', '\x04'],
  ] as const) {
    it(`ends without a request after ${what}`, async (context) => {
      const { logIn, ...built } = await build(context);
      const { code: exitCode, err } = await logIn([QUESTION, typed]);
      assert.equal(exitCode, 1);
      assert.match(err, /No code was given\.\n$/);
      assert.equal(sentCodes(built), 0);
    });
  }

  it('ends with 130 where it is interrupted at the question', async (context) => {
    const { logIn, stop, ...built } = await build(context);
    const interrupt = () => {
      stop.abort(new Error('interrupted'));
      return '';
    };
    const { code: exitCode, err } = await logIn([QUESTION, interrupt]);
    assert.equal(exitCode, 130);
    assert.match(err, /Interrupted\.\n$/);
    await requireNoLogin(built);
  });

  const ANSWERS: [answer: ErrorCode, asksAgain: boolean, exitCode: number][] = [
    ['wrong_code', true, 0],
    ['bad_request', true, 0],
    ['not_implemented', true, 0],
    ['too_many_requests', false, 1],
    ['sign_in_failed', false, 3],
    ['state_conflict', false, 1],
  ];
  for (const [answer, asksAgain, exitCode] of ANSWERS) {
    it(`${asksAgain ? 'asks again' : `ends with ${exitCode}`} where the gateway answers ${answer}`, async (context) => {
      const { logIn, transport } = await build(context);
      refuseFirstCode(
        transport,
        new ProblemError('no', { status: STATUS[answer], code: answer, retryAfterSeconds: 3600 }),
      );
      const ended = await logIn(code('first'), ...(asksAgain ? [code(RECOVERY_CODE)] : []));
      assert.equal(ended.code, exitCode);
      assert.match(ended.err, new RegExp(`no \\(${answer}\\)`));
    });
  }

  it('sends a code again where the gateway is busy', async (context) => {
    const { logIn, transport } = await build(context);
    refuseFirstCode(transport, new ProblemError('busy', { status: 503, code: 'unavailable' }));
    assert.equal((await logIn(code(TEST_CODE))).code, 0);
  });
});

describe('a second factor where there is no terminal', () => {
  it('ends the login with 3, and says what to do', async (context) => {
    const { run, withPassword, ...built } = await build(context);
    const ran = await run(['login', '--json'], { env: withPassword });
    assert.equal(ran.code, 3);
    assert.match(ran.err, /takes it from \$MP3_CODE\. A script uses an API key instead: .* \$MP3_API_KEY/);
    assert.equal(documentsOf(ran)[0].error.code, 'second_factor_required');
    assert.equal(sentCodes(built), 0);
  });

  it('is answered by MP3_CODE', async (context) => {
    const { run, withPassword } = await build(context);
    const ran = await run(['login'], { env: { ...withPassword, MP3_CODE: ` ${TEST_CODE}\n` } });
    assert.deepEqual([ran.code, ran.err], [0, '']);
    assert.equal((await run(['jobs'])).code, 0);
  });

  it('is not tried again with the same MP3_CODE, and nobody is asked for another', async (context) => {
    const { typeAt, env, ...built } = await build(context);
    env.MP3_CODE = '000000';
    const { code: exitCode, err } = await typeAt(['login', '--email', ANN.email], PASSWORD);
    assert.equal(exitCode, 3);
    assert.match(err, /MP3_CODE was refused: wrong_code \(wrong_code\)\n$/);
    assert.equal(sentCodes(built), 1);
    await requireNoLogin(built);
  });
});

describe('a command without a login, of an account with a second factor', () => {
  it('asks for the password of --email and then for the code, and logs out at its end', async (context) => {
    const { typeAt, calls } = await build(context);
    const { code: exitCode, out } = await typeAt(['jobs', '--email', ANN.email], PASSWORD, code(TEST_CODE));
    assert.deepEqual([exitCode, out], [0, 'There are no jobs.\n']);
    assert.deepEqual(calls, ['/login', STEP, '/logout']);
  });

  it('converts with MP3_PASSWORD and MP3_CODE', async (context) => {
    const { run, withPassword, cwd, audio } = await build(context);
    await writeFile(path.join(cwd, 'a.mp4'), mp4(1000));
    const ran = await run(['convert', 'a.mp4'], { env: { ...withPassword, MP3_CODE: TEST_CODE } });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(await readFile(path.join(cwd, 'a.mp3')), audio);
  });

  it('uses an account that it has made, after the code', async (context) => {
    const { run, typeAt, users, factors, cwd, calls } = await build(context);
    await writeFile(path.join(cwd, 'a.mp4'), mp4(1000));
    assert.equal((await run(['convert', 'a.mp4'])).code, 0);
    const [made = ''] = [...users.keys()].filter((email) => email !== ANN.email);
    factors.set(made, []);
    calls.length = 0;
    assert.equal((await typeAt(['convert', '--force', 'a.mp4'], code(TEST_CODE))).code, 0);
    assert.deepEqual(calls, ['/login', STEP, '/logout']);
    assert.equal(users.size, 2, 'no further account is made');
  });

  it('ends with 3 where there is no terminal, and makes no other account', async (context) => {
    const { run, users, withPassword, cwd, ...built } = await build(context);
    await writeFile(path.join(cwd, 'a.mp4'), mp4(1000));
    const ran = await run(['convert', 'a.mp4'], { env: withPassword });
    assert.equal(ran.code, 3);
    assert.match(ran.err, /\(second_factor_required\) A command asks for it on a terminal/);
    assert.deepEqual([users.size, sentCodes(built)], [1, 0]);
  });
});
