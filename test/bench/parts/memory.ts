import { stat } from 'node:fs/promises';
import { peakMb, resetPeak } from '../../support/peak-memory.ts';
import { apiOf, type Bench, upload } from '../bench.ts';
import { twoGibibytes } from '../films.ts';
import { expected } from '../statistics.ts';

/** Measures the peak memory of gateway and converter while they handle 2 GiB. */
export async function memory(bench: Bench): Promise<void> {
  const film = await twoGibibytes(bench.filmDir, bench.signal);
  const api = apiOf(bench);
  const account = await api.newAccount();
  const { gateway, converter } = bench.launched.system.apps;
  const pids = [gateway.appPid ?? 0, converter.appPid ?? 0] as const;
  await Promise.all(pids.map(resetPeak));
  const id = await upload(bench, account, film);
  const job = await api.finished(account, id);
  if (job.status !== 'done') throw new Error(JSON.stringify(job.error));
  const [gatewayMb, converterMb] = await Promise.all([peakMb(pids[0]), peakMb(pids[1])]);
  console.log(`
${((await stat(film)).size / 2 ** 30).toFixed(2)} GiB uploaded and converted, peak resident memory of the Node processes, freshly started
  gateway                  ${gatewayMb.toFixed(0)} MB   ${expected(gatewayMb <= 200, '≤ 200')}
  converter                ${converterMb.toFixed(0)} MB   ${expected(converterMb <= 200, '≤ 200')}`);
}
