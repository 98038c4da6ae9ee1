import { aptInstall, canInstall } from '../../deploy/process/apt.ts';
import type { Report } from '../../deploy/process/run.ts';
import { which } from '../../deploy/process/which.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
const SHELL = 'chromium-headless-shell';

const find = (...names: string[]): string | undefined =>
  names.map((name) => which(name)).find((found) => found !== undefined);

/**
 * Milliseconds that a test waits for a browser or for something on its page. On a slow and busy machine, a large page takes longer than
 * the 30 s after which Playwright gives up. A test that hangs is ended by the bound of the test itself.
 */
export const BROWSER_TIMEOUT_MS = 120_000;

/**
 * Makes sure that a Chromium is installed, for tests of what happens in a browser, and its headless shell where apt has one.
 * Throws where there is none.
 */
export async function ensureChromium(report: Report, signal: AbortSignal): Promise<void> {
  if (canInstall()) {
    if (find(...NAMES) === undefined) await aptInstall(['chromium'], [], report, signal);
    if (find(SHELL) === undefined) await installShell(report, signal);
  }
  chromium();
}

/** Not every release of Debian or Ubuntu has this package. */
const installShell = (report: Report, signal: AbortSignal): Promise<void> =>
  aptInstall([SHELL], [], report, signal).catch((error: Error) => {
    signal.throwIfAborted();
    report(`The tests of the page take longer in the whole Chromium. ${error.message}`);
  });

/** Returns the path of the whole browser. */
export function chromium(): string {
  const found = find(...NAMES);
  if (found === undefined) throw new Error('Chromium is missing: install the package chromium.');
  return found;
}

/**
 * Returns the path of the engine without the windows of a browser, which take 40 % of the processor time of a test. It is
 * the whole browser where there is no such program. It shows no notifications, and installs no page.
 */
export const headlessShell = (): string => find(SHELL) ?? chromium();
