import { processesIn } from '../../support/processes.ts';
import { type WaitOptions, waitAtMost } from '../../support/wait.ts';
import { mailFiles } from '../../verdict/mails.ts';
import { acceptedUploads, idOf } from '../history.ts';
import { mailFolder } from '../mail/mail-server.ts';
import type { FaultContext } from './fault.ts';

/**
 * Fault points last for a fraction of a second, so they are polled often. The functions below resolve when a fault hits work
 * in progress, or with undefined if there is none for a while.
 */
const waitForPoint = <T>(
  find: () => T | undefined | Promise<T | undefined>,
  options: Pick<WaitOptions, 'timeoutMs' | 'signal'>,
): Promise<T | undefined> => waitAtMost(async () => find(), { ...options, pauseMs: 20 });

/** Resolves with the name of a gateway that receives a slow upload. */
export const whileUploading = ({ history, signal }: FaultContext): Promise<string | undefined> =>
  waitForPoint(() => [...history.sending].find(([{ plan }]) => plan.sendMs > 0)?.[1], {
    timeoutMs: 5_000,
    signal,
  });

/** Resolves with the name of a converter in whose spool a tool runs. */
export const whileConverting = ({ harness, signal }: FaultContext): Promise<string | undefined> =>
  waitForPoint(() => Object.entries(harness.spools).find(([, spool]) => processesIn(spool).length > 0)?.[0], {
    timeoutMs: 10_000,
    signal,
  });

/** Resolves when the mail server has stored one more mail and has not yet acknowledged it. */
export async function whileMailing({ harness, signal }: FaultContext): Promise<void> {
  const count = async () => (await mailFiles(mailFolder(harness.dataDir))).length;
  const before = await count();
  await waitForPoint(async () => (await count()) > before || undefined, { timeoutMs: 10_000, signal });
}

/** Resolves with the id of the newest job that, as far as its user knows, is queued or being converted. */
export const whileJobIsActive = ({ history, signal }: FaultContext): Promise<string | undefined> =>
  waitForPoint(
    () => {
      const isActive = (status: string | undefined) => ['queued', 'converting', undefined].includes(status);
      const upload = acceptedUploads(history).findLast(({ seen }) => isActive(seen.at(-1)));
      return upload && idOf(upload);
    },
    { timeoutMs: 60_000, signal },
  );
