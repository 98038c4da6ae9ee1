import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { appendFile, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { signalProcess } from '../../../deploy/process/child.ts';
import type { JobView } from '../../../services/shared/jobs/job-view.ts';
import { chooseFilms, convertButton } from '../../integration/gateway/page/page-films.ts';
import { lastMessages } from '../../support/last-messages.ts';
import { freeBox, video } from '../../support/media.ts';
import { randomBytes } from '../../support/random.ts';
import { startTestSystem } from '../../support/start-system.ts';
import { waitFor } from '../../support/wait.ts';
import { visitSignedUp } from './visit.ts';

const MEBIBYTE = 1024 ** 2;
const BOXES = 25;
const BOX_BYTES = 8 * MEBIBYTE;
/** The page sends a film in parts of this size. */
const PART_BYTES = 8 * MEBIBYTE;
/** Headers, and the beginning of the film, which is shown to the server before it is sent. */
const OTHER_BYTES = 2 * MEBIBYTE;

/** A film of 200 MiB, which is converted in a second. */
async function largeFilm(context: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'page-large-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const film = path.join(folder, 'large.mp4');
  await copyFile(await video(3), film);
  for (let seed = 0; seed < BOXES; seed++) await appendFile(film, freeBox(randomBytes(BOX_BYTES, seed)));
  return film;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function startSystem(context: TestContext) {
  const runDir = mkdtempSync(path.join(process.env.TEST_FOLDER ?? tmpdir(), 'page-'));
  const system = await startTestSystem({
    ...{ runDir, name: 'page', choice: { blobs: 'sqlite' } },
    repoRoot: path.resolve(import.meta.dirname, '../../..'),
    report: () => undefined,
    signal: new AbortController().signal,
  });
  context.after(async () => {
    await system.stop();
    rmSync(runDir, { recursive: true, force: true });
  });
  const { gateway, converter } = system.system.apps;
  return { gatewayUrl: system.view.gatewayUrl, gateway, converter };
}

const jobsOf = (page: Page): Promise<JobView[]> =>
  page.evaluate("fetch('/jobs').then(async (response) => (await response.json()).jobs ?? [])");

/** What a person and an operator see of an upload, for the message of a test that fails. */
async function describeUpload(page: Page, apps: Record<string, { logFile: string }>): Promise<string> {
  const jobs = await jobsOf(page).then(
    (all) => all.map(({ id, status, error }) => `${id} ${status} ${error?.code ?? ''}`).join(', '),
    (error: Error) => error.message.split('\n')[0],
  );
  const row = await page
    .locator('.film')
    .allInnerTexts()
    .catch((error: Error) => [error.message]);
  const logs = Object.entries(apps).map(
    ([name, { logFile }]) => `${name}: ${lastMessages(logFile).join('; ')}`,
  );
  return [`jobs: ${jobs}`, `film: ${row.join(', ').replaceAll('\n', ' ')}`, ...logs].join('\n');
}

describe('an upload of 200 MiB by the web page', () => {
  it('survives a cut connection, a reload and a gateway that is killed, and sends hardly anything twice', async (context) => {
    const { gatewayUrl, gateway, converter } = await startSystem(context);
    const film = await largeFilm(context);
    const { size } = await stat(film);
    const { page, wire } = await visitSignedUp(context, gatewayUrl);
    page.on('dialog', (dialog) => void dialog.accept());

    await chooseFilms(page, film);
    await page.getByText(/will be sent/).waitFor();
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByLabel('Send the whole film').check();
    await page.getByText(/^All .* MB will be sent/).waitFor();
    const before = wire.sentBytes();

    const cut = wire.holdAfter(50 * MEBIBYTE);
    await convertButton(page).click();
    await cut;
    wire.cut();
    await page.getByText('No connection. It goes on by itself once there is one.').waitFor();

    const reloaded = wire.holdAfter(50 * MEBIBYTE);
    wire.release();
    await reloaded;
    await page.reload();
    await page.getByText(/^[1-9]\d?% sent. Choose the file again to go on.$/).waitFor();

    const killed = wire.holdAfter(50 * MEBIBYTE);
    wire.release();
    await page.locator('.film input[type=file]').setInputFiles(film);
    await killed;
    const { appPid = 0 } = gateway;
    signalProcess(appPid, 'SIGKILL');
    wire.release();
    await waitFor('another gateway', () => gateway.appPid !== appPid);

    const [job] = await waitFor('the MP3', async () => {
      const jobs = await jobsOf(page).catch(() => []);
      return jobs[0]?.status === 'done' && jobs;
    }).catch(async (error: Error) => {
      const seen = await describeUpload(page, { gateway, converter });
      throw new Error(`${error.message}\n${seen}`, { cause: error });
    });
    assert.equal(job?.source.size, size);
    assert.equal(job?.source.sha256, await sha256Of(film));
    const sentTwice = wire.sentBytes() - before - size;
    context.diagnostic(`${(sentTwice / MEBIBYTE).toFixed(1)} MiB of ${BOXES * 8} were sent twice, in 3 cuts`);
    assert.ok(sentTwice < 3 * PART_BYTES + OTHER_BYTES, `${sentTwice} bytes more than the film were sent`);
  });
});
