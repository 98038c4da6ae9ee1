import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { readEnvFile } from '../../deploy/local/write-secrets.ts';
import { readMarkdown, repoRoot } from '../support/markdown.ts';
import { decodedSeconds, video } from '../support/media.ts';
import { type SystemUnderTest, systemsUnderTest } from '../support/systems-under-test.ts';

const SECONDS = 3;
const TIMEOUT_MS = 120_000;
const run = promisify(execFile);

/** The shell commands below a heading of README.md. */
const blocksOf = (heading: string): string[] =>
  readMarkdown('README.md')
    .blocks.filter((block) => block.heading === heading && block.language === 'sh')
    .map(({ text }) => text);

/**
 * Runs what a reader types, as it stands in the README. The reader is in the folder of the repository, and the test in one
 * of its own, so `npm` gets the repository's address.
 */
async function type(script: string, folder: string, system: SystemUnderTest): Promise<string> {
  const file = join(folder, 'script.sh');
  const prelude = `set -euo pipefail\nnpm() { command npm --prefix '${repoRoot}' "$@"; }\n`;
  await writeFile(file, prelude + script.replaceAll('http://localhost:8080', system.gatewayUrl));
  const { stdout } = await run('bash', [file], {
    cwd: folder,
    timeout: TIMEOUT_MS,
    env: {
      ...process.env,
      // npm keeps the folder of the first npm in it, which is the one that runs the tests.
      INIT_CWD: folder,
      XDG_CONFIG_HOME: folder,
      XDG_STATE_HOME: folder,
      MP3_URL: system.gatewayUrl,
      MP3CONVERTER_OPERATOR_TOKEN: readEnvFile(system.stateRoot, 'gateway').OPERATOR_TOKEN,
    },
  });
  return stdout;
}

for (const system of systemsUnderTest()) {
  describe(`the commands of README.md over ${system.name}`, () => {
    const [convert, curl, failed, ...more] = blocksOf('Convert a video');
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mp3converter-readme-'));
      await copyFile(await video(SECONDS), join(folder, 'movie.mp4'));
    });
    after(() => rm(folder, { recursive: true }));

    /** Plays `movie.mp3` and removes it. */
    async function requireMp3(): Promise<void> {
      const mp3 = join(folder, 'movie.mp3');
      assert.ok(Math.abs((await decodedSeconds(mp3)) - SECONDS) < 0.2);
      await rm(mp3);
    }

    it('are those that this test knows', () => {
      assert.match(convert ?? '', /^npm run convert/);
      assert.match(curl ?? '', /^url=.*\ncurl /);
      assert.match(failed ?? '', /^npm run failed/);
      assert.deepEqual(more, []);
    });

    it('convert a video by the command line', async () => {
      await type(convert ?? '', folder, system);
      await requireMp3();
    });

    it('convert a video by curl, and show its events', async () => {
      // Every run has a user of its own.
      const script = (curl ?? '').replaceAll('ann@example.com', `${randomUUID()}@example.com`);
      const said = await type(script, folder, system);
      assert.match(said, /^event: job$/m);
      assert.match(said, /"status":"done"/);
      await requireMp3();
    });

    it('list failed jobs', async () => {
      assert.notEqual(await type(failed ?? '', folder, system), '');
    });
  });
}
