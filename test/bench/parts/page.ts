import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { openPage, signUp } from '../../integration/gateway/page/open-page.ts';
import { convertButton, dragFilms } from '../../integration/gateway/page/page-films.ts';
import { launchBrowser } from '../../integration/gateway/page/test-browser.ts';
import { ensureChromium } from '../../support/chromium.ts';
import { waitFor } from '../../support/wait.ts';
import type { Bench } from '../bench.ts';
import { tenMinutes } from '../films.ts';
import { median, spread, timed } from '../statistics.ts';

const run = promisify(execFile);
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
  const film = await tenMinutes(bench.filmDir, bench.signal);
  const browser = await launchBrowser();
  const bare: number[] = [];
  const sound: Moments[] = [];
  const whole: Moments[] = [];
  try {
    for (let i = 0; i < bench.runs; i++) {
      const out = join(bench.filmDir, 'bare.mp3');
      const args = ['-v', 'error', '-nostdin', '-y', '-i', film, '-q:a', '2', out];
      bare.push((await timed(() => run('ffmpeg', args, { signal: bench.signal })))[0]);
      sound.push(await dropAndHear(browser, bench, film, false));
      whole.push(await dropAndHear(browser, bench, film, true));
    }
  } finally {
    await browser.close();
  }
  console.log(`
From the drop on the web page to the first sound, 10 minutes, -q:a 2
  bare ffmpeg              ${spread(bare)}${rowsOf('its sound is sent', sound, bare)}${rowsOf('all of it is sent', whole, bare)}`);
}

function rowsOf(what: string, all: Moments[], bare: number[]): string {
  const of = (name: keyof Moments) => all.map((moments) => moments[name]);
  const steps = [
    `shown after ${median(of('found')).toFixed(2)} s`,
    `sent after ${median(of('sent')).toFixed(2)} s`,
    `done after ${median(of('done')).toFixed(2)} s`,
    `player after ${median(of('player')).toFixed(2)} s`,
  ];
  return `
  ${what.padEnd(24)} ${spread(of('sound'))}, ratio ${(median(of('sound')) / median(bare)).toFixed(2)}
    ${steps.join(', ')}`;
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
