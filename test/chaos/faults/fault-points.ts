import { setTimeout as sleep } from 'node:timers/promises';
import { processesIn } from '../../support/processes.ts';
import { mailFiles } from '../../verdict/mails.ts';
import { accepted, idOf } from '../history.ts';
import { mailFolder } from '../mail/mail-server.ts';
import type { Theatre } from './fault-kinds.ts';

const LOOK_MS = 20;

/** Moments that last for a fraction of a second, in which a fault hits something. Undefined when none comes for a while. */
async function soon<T>(
  find: () => T | undefined | Promise<T | undefined>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
    const found = await find();
    if (found !== undefined) return found;
    await sleep(LOOK_MS, undefined, { signal });
  }
  return undefined;
}

/** The gateway that takes a slow upload. */
export const untilUploading = ({ ledger, signal }: Theatre): Promise<string | undefined> =>
  soon(() => [...ledger.underWay].find(([{ plan }]) => plan.sendMs > 0)?.[1], 5_000, signal);

/** The converter in whose spool a tool runs. */
export const untilConverting = ({ stage, signal }: Theatre): Promise<string | undefined> =>
  soon(
    () => Object.entries(stage.spools).find(([, spool]) => processesIn(spool).length > 0)?.[0],
    10_000,
    signal,
  );

/** The mail server has stored one more mail, and has not said so yet. */
export async function untilStored({ stage, signal }: Theatre): Promise<void> {
  const count = async () => (await mailFiles(mailFolder(stage.dataDir))).length;
  const before = await count();
  await soon(async () => (await count()) > before || undefined, 10_000, signal);
}

/** The newest job that waits or is converted, as far as its user knows. */
export const untilActive = ({ ledger, signal }: Theatre): Promise<string | undefined> =>
  soon(
    () => {
      const isActive = (status: string | undefined) => ['queued', 'converting', undefined].includes(status);
      const job = accepted(ledger).findLast(({ seen }) => isActive(seen.at(-1)));
      return job && idOf(job);
    },
    60_000,
    signal,
  );
