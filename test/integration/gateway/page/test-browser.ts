import { AsyncResource } from 'node:async_hooks';
import { after } from 'node:test';
import { type Browser, chromium as browsers } from 'playwright-core';
import { BROWSER_TIMEOUT_MS, headlessShell } from '../../../support/chromium.ts';

export const launchBrowser = (executablePath = headlessShell()): Promise<Browser> =>
  browsers.launch({ executablePath, args: ['--no-sandbox'], timeout: BROWSER_TIMEOUT_MS });

/** A hook belongs to the suite or the test that adds it. One that is added in here belongs to the whole process. */
const wholeProcess = new AsyncResource('TestProcess');

let shared: Promise<Browser> | undefined;

/**
 * The one browser of this test process. It starts with the first use and is closed after the last test, also where tests fail.
 * Playwright kills it where the process ends earlier. Contexts share nothing, so each test opens one of its own.
 */
export function sharedBrowser(): Promise<Browser> {
  shared ??= start();
  return shared;
}

async function start(): Promise<Browser> {
  const browser = await launchBrowser();
  // A test that comes after a crash gets another browser.
  browser.once('disconnected', () => {
    shared = undefined;
  });
  wholeProcess.runInAsyncScope(after, undefined, () => browser.close());
  return browser;
}
