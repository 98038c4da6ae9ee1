import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { TOTP } from 'otpauth';
import { atTerminal } from '../support/at-terminal.ts';
import { client } from '../support/client.ts';
import { repoRoot } from '../support/markdown.ts';
import { decodedSeconds, video } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SECONDS = 3;
const PERIOD_MS = 30_000;
const MP3 = [process.execPath, path.join(repoRoot, 'services/gateway/cli/mp3.ts')];
const CODE = /Code of your authenticator app, or a recovery code: /;

for (const system of systemsUnderTest()) {
  describe(`a second factor at the command line over ${system.name}`, () => {
    const api = client(system.gatewayUrl);

    /** An account with a second factor, and the code that is right next. */
    async function protectedAccount() {
      const account = await api.newAccount();
      const post = async (under: string, body: object) => {
        const headers = { 'content-type': 'application/json', ...api.bearer(account) };
        const request = { method: 'POST', headers, body: JSON.stringify(body) };
        const reply = await api.send(`/account/second-factor${under}`, request);
        assert.equal(reply.status, 200);
        return (await reply.json()) as Record<string, unknown>;
      };
      const { secret } = await post('', { password: account.password });
      const totp = new TOTP({ secret: String(secret) });
      const timestamp = Date.now();
      await post('/confirm', { code: totp.generate({ timestamp }) });
      // A code works once. That of the next half minute counts already.
      return { account, code: totp.generate({ timestamp: timestamp + PERIOD_MS }) };
    }

    /** Runs `mp3` at a terminal, in a folder with a film. */
    async function build(context: TestContext) {
      const folder = temporaryFolder(context);
      await copyFile(await video(SECONDS), path.join(folder, 'film.mp4'));
      // Nothing else of the environment: it may hold the account or the folder of somebody else.
      const own = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder };
      const env = { PATH: process.env.PATH, ...own, MP3_URL: system.gatewayUrl };
      const mp3 = (words: string[], answers: [RegExp, string][] = []) =>
        atTerminal([...MP3, ...words], { cwd: folder, env, answers });
      return { folder, mp3 };
    }

    it('is asked for at the login, and not for each film afterwards', async (context) => {
      const { account, code } = await protectedAccount();
      const { folder, mp3 } = await build(context);
      const login = await mp3(
        ['login', '--email', account.email],
        [
          [/Password of .*: /, `${account.password}\r`],
          [CODE, 'no code\r'],
          [CODE, `${code}\r`],
        ],
      );
      assert.equal(login.code, 0, login.shown);
      assert.match(login.shown, /\(wrong_code\)/);
      const converted = await mp3(['convert', 'film.mp4']);
      assert.equal(converted.code, 0, converted.shown);
      assert.doesNotMatch(converted.shown, CODE);
      assert.ok(Math.abs((await decodedSeconds(path.join(folder, 'film.mp3'))) - SECONDS) < 0.2);
      const headers = api.bearer(account);
      const { jobs } = (await (await api.send('/jobs', { headers })).json()) as { jobs: unknown[] };
      assert.equal(jobs.length, 1, 'the film belongs to this account');
    });
  });
}
