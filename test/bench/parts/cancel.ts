import { join } from 'node:path';
import { media } from '../../support/media.ts';
import { processesIn } from '../../support/processes.ts';
import { waitFor } from '../../support/wait.ts';
import { apiOf, type Bench, upload } from '../bench.ts';
import { timed } from '../statistics.ts';

/** Measures the time from the request to cancel a conversion to the end of the last ffmpeg process. */
export async function cancel(bench: Bench): Promise<void> {
  const api = apiOf(bench);
  const account = await api.newAccount();
  const spool = join(bench.stateRoot, '.data', 'spool');
  const times: number[] = [];
  for (let i = 0; i < bench.runs; i++) {
    // This is quick to send and takes a minute to encode. The lengths differ, because equal content would give the same job.
    const source = `anullsrc=r=48000:cl=stereo:d=${(bench.isQuick ? 10_000 : 40_000) + i}`;
    const id = await upload(bench, account, await media(`silence-${i}.flac`, '-f', 'lavfi', '-i', source));
    const isConverting = async () => (await api.job(account, id)).progress > 0;
    await waitFor('the conversion', isConverting, { timeoutMs: 180_000 });
    if (processesIn(spool).length === 0)
      throw new Error('no ffmpeg process can be found; this works only on Linux');
    const [seconds] = await timed(async () => {
      const response = await api.send(`/jobs/${id}/cancel`, { method: 'POST', headers: api.bearer(account) });
      if (response.status !== 200) throw new Error(`the cancellation was answered with ${response.status}`);
      const hasEnded = () => processesIn(spool).length === 0;
      await waitFor('the end of ffmpeg', hasEnded, { pauseMs: 10, signal: bench.signal });
    });
    times.push(seconds);
  }
  const { report } = bench;
  report.heading('Cancel in the middle of a conversion');
  report.row({ name: 'until no ffmpeg runs', values: times, unit: 's' });
  report.row({ name: 'the longest', values: [Math.max(...times)], unit: 's', limit: { atMost: 2 } });
}
