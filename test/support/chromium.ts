import { aptInstall, canInstall } from '../../deploy/process/apt.ts';
import type { Report } from '../../deploy/process/run.ts';
import { which } from '../../deploy/process/which.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

const find = (): string | undefined => NAMES.map((name) => which(name)).find((found) => found !== undefined);

/** Makes sure that a Chromium is installed, for tests of what happens in a browser. Throws where there is none. */
export async function ensureChromium(report: Report, signal: AbortSignal): Promise<void> {
  if (find() === undefined && canInstall()) await aptInstall(['chromium'], [], report, signal);
  chromium();
}

/** Returns the path of the program. */
export function chromium(): string {
  const found = find();
  if (found === undefined) throw new Error('Chromium is missing: install the package chromium.');
  return found;
}
