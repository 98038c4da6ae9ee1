import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openPage, signUp } from '../../integration/gateway/page/open-page.ts';
import { convertButton, dragFilms } from '../../integration/gateway/page/page-films.ts';
import { launchBrowser } from '../../integration/gateway/page/test-browser.ts';
import { chromium, ensureChromium } from '../../support/chromium.ts';
import { waitFor } from '../../support/wait.ts';
import { bareSeconds } from '../bare-ffmpeg.ts';
import type { Bench } from '../bench.ts';
import { tenMinutes } from '../make-films.ts';
import type { PartReport } from '../report.ts';
import { ratioOf } from '../statistics.ts';

const CONVERSION = { timeout: 300_000 };
const POLL = { pauseMs: 20, timeoutMs: 60_000 };

/** Seconds since the drop. */
interface Moments {
  /** The page shows what would be sent. */
  found: number;
  /** The gateway has all of it. */
  sent: number;
  /** The MP3 can be downloaded. */
  done: number;
  /** The player is there. */
  player: number;
  /** The first sound is played. */
  sound: number;
}

/** Measures the time from the drop of a film on the web page, in a real browser, to the first sound of its MP3. */
export async function page(bench: Bench): Promise<void> {
  await ensureChromium(() => undefined, bench.signal);
  const film = await tenMinutes(bench);
  const browser = await launchBrowser(chromium());
  const bare: number[] = [];
  const sound: Moments[] = [];
  const whole: Moments[] = [];
  try {
    for (let i = 0; i < bench.runs; i++) {
      bare.push(await bareSeconds(bench, film));
      sound.push(await dropAndHear(browser, bench, film, false));
      whole.push(await dropAndHear(browser, bench, film, true));
    }
  } finally {
    await browser.close();
  }
  const { report } = bench;
  report.heading('From the drop on the web page to the first sound, 10 minutes, -q:a 2');
  report.row({ name: 'bare ffmpeg', values: bare, unit: 's' });
  reportMoments(report, 'its sound sent', sound, bare);
  reportMoments(report, 'all of it sent', whole, bare);
}

function reportMoments(report: PartReport, what: string, all: Moments[], bare: number[]): void {
  const of = (name: keyof Moments) => all.map((moments) => moments[name]);
  report.row({ name: `${what}: shown after`, values: of('found'), unit: 's' });
  report.row({ name: `${what}: sent after`, values: of('sent'), unit: 's' });
  report.row({ name: `${what}: done after`, values: of('done'), unit: 's' });
  report.row({ name: `${what}: player after`, values: of('player'), unit: 's' });
  report.row({ name: `${what}: first sound after`, values: of('sound'), unit: 's' });
  report.row({ name: `${what}: ÷ bare ffmpeg`, values: [ratioOf(of('sound'), bare)], unit: '×' });
}

/** Opens the page as somebody new, so that no earlier job is found and nothing is in a cache. */
async function dropAndHear(
  browser: Browser,
  { launched }: Bench,
  film: string,
  isWhole: boolean,
): Promise<Moments> {
  const { page: tab } = await openPage(browser, launched.system.gatewayUrl);
  try {
    await tab.addInitScript(noteSound);
    await tab.reload();
    await signUp(tab, { email: `${randomUUID()}@example.com`, password: randomUUID() });
    const drop = await dragFilms(tab, film);
    const begin = Date.now();
    const since = (then = Date.now()) => (then - begin) / 1000;
    await drop();
    await tab.getByText(/will be sent/).waitFor();
    const found = since();
    if (isWhole) await chooseWhole(tab);
    await convertButton(tab).click();
    const row = tab.locator('.jobs li').filter({ hasText: basename(film) });
    await row.waitFor(CONVERSION);
    const sent = since();
    await row.getByRole('link', { name: /^Download/ }).waitFor(CONVERSION);
    const done = since();
    await row.getByRole('link', { name: basename(film), exact: true }).click();
    const play = tab.getByRole('button', { name: 'Play' });
    await play.waitFor();
    const player = since();
    await play.click();
    const heard = await waitFor('the sound', () => tab.evaluate<number>('globalThis.heardAt ?? 0'), POLL);
    return { found, sent, done, player, sound: since(heard) };
  } finally {
    await tab.context().close();
  }
}

async function chooseWhole(tab: Page): Promise<void> {
  await tab.getByRole('button', { name: 'More options' }).click();
  await tab.getByLabel('Send the whole film').check();
  await tab.getByText(/^All .* will be sent/).waitFor();
}

/** Runs in the page. Notes when a media element, which need not be in the document, has played something. */
const noteSound = `{
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    const look = () => {
      if (this.currentTime > 0) globalThis.heardAt ??= Date.now();
      else requestAnimationFrame(look);
    };
    this.addEventListener('playing', look);
    return play.call(this);
  };
}`;
