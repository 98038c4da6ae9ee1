import { effect } from '@preact/signals';
import { client } from '../api.ts';
import { account } from '../session/state.ts';
import { forgetJobs, putJob, removeJob } from './store.ts';

/** Milliseconds before the stream is opened again after an error that the client does not repeat by itself. */
const PAUSE_MS = 30_000;

/** Keeps the jobs of whoever is signed in up to date, by one stream for all of them. */
export function startJobs(): void {
  let stop: AbortController | undefined;
  let followed: string | undefined;
  effect(() => {
    const { value } = account;
    const user = value === null || value === 'unknown' ? undefined : value.id;
    if (user === followed) return;
    followed = user;
    stop?.abort();
    stop = undefined;
    forgetJobs();
    if (user === undefined) return;
    stop = new AbortController();
    void follow(stop.signal);
  });
}

async function follow(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const change of client.watchJobs({ signal })) {
        if (change.type === 'job') putJob(change.job);
        if (change.type === 'gone') removeJob(change.jobId);
      }
    } catch {
      // The list shows its own errors. The stream only makes it follow changes, so it is opened again quietly.
      await pause(signal);
    }
  }
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
