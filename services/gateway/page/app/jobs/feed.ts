import { client } from '../api.ts';
import { refreshHistory } from './history.ts';
import { putJob, removeJob } from './store.ts';

/** Milliseconds before the stream is opened again after an error that the client does not repeat by itself. */
const PAUSE_MS = 30_000;

/** Keeps the known jobs up to date, by one stream for all of them, until the signal aborts. */
export async function followJobs(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      let isFirst = true;
      for await (const change of client.watchJobs({ signal })) {
        if (change.type === 'job') putJob(change.job);
        if (change.type === 'gone') removeJob(change.jobId);
        if (change.type !== 'snapshot') continue;
        // What was sent and has ended while there was no stream is only in the list. The list is loaded with the first stream.
        if (!isFirst && !change.resumed) await refreshHistory();
        isFirst = false;
      }
    } catch {
      // The list shows its own errors. The stream only makes it follow changes, so it is opened again quietly.
      await pause(signal);
      if (!signal.aborted) await refreshHistory().catch(() => undefined);
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
