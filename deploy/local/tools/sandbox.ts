import { aptInstall, canInstall } from '../../process/apt.ts';
import type { Report } from '../../process/run.ts';
import { which } from '../../process/which.ts';
import { ensureLauncher } from './launcher.ts';

/**
 * Puts the launcher of the converter's sandbox where the converter looks for it.
 *
 * Where that is not possible, it says what to do: the converter then starts without a sandbox, unless SANDBOX is `required`.
 * Where SANDBOX is `off`, it does nothing.
 * @throws where SANDBOX is `required` and the launcher cannot be had
 */
export async function prepareLauncher(repoRoot: string, report: Report, signal: AbortSignal): Promise<void> {
  const { SANDBOX } = process.env;
  if (SANDBOX === 'off') return;
  try {
    if ((await ensureLauncher(repoRoot, report, signal)) === undefined)
      throw new Error(whatToDo(process.platform));
  } catch (cause) {
    signal.throwIfAborted();
    const { message } = cause as Error;
    if (SANDBOX === 'required') throw new Error(`SANDBOX is required. ${message}`, { cause });
    report(`ffmpeg runs without its sandbox (docs/troubleshooting.md). ${message}`);
  }
}

/** How somebody who has no launcher gets one. */
export const whatToDo = (platform: NodeJS.Platform): string =>
  platform === 'linux'
    ? 'Its launcher is built with Go, which is missing: install Go 1.26 or newer, and start again.'
    : 'It needs Linux. Docker has that: npm run compose -- up';

/** Whether bubblewrap is missing, which gives the sandbox its namespaces. */
export const lacksBubblewrap = (): boolean =>
  process.platform === 'linux' && process.env.SANDBOX !== 'off' && which('bwrap') === undefined;

/** Installs bubblewrap, or says what to do. The sandbox works without it, with fewer layers. */
export async function installBubblewrap(report: Report, signal: AbortSignal): Promise<void> {
  if (!lacksBubblewrap()) return;
  const installed = canInstall()
    ? aptInstall(['bubblewrap'], [], report, signal)
    : Promise.reject(new Error('Install the package bubblewrap.'));
  await installed.catch((error: Error) => {
    signal.throwIfAborted();
    report(`The sandbox of ffmpeg has no namespaces, because bubblewrap is missing. ${error.message}`);
  });
}
