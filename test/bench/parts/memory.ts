import { peakMb, resetPeak } from '../../support/peak-memory.ts';
import { sizeOf } from '../bare-ffmpeg.ts';
import { apiOf, type Bench, discard, untilDone, upload } from '../bench.ts';
import { twoGibibytes } from '../make-films.ts';

/** Measures the peak memory of gateway and converter while they handle 2 GiB. */
export async function memory(bench: Bench): Promise<void> {
  const film = await twoGibibytes(bench);
  const account = await apiOf(bench).newAccount();
  const { gateway, converter } = bench.launched.system.apps;
  const pids = [gateway.appPid ?? 0, converter.appPid ?? 0] as const;
  await Promise.all(pids.map(resetPeak));
  const id = await upload(bench, account, film);
  await untilDone(bench, account, id);
  const [gatewayMb, converterMb] = await Promise.all([peakMb(pids[0]), peakMb(pids[1])]);
  await discard(bench, account, id);
  const { report } = bench;
  const size = ((await sizeOf(film)) / 2 ** 30).toFixed(2);
  report.heading(
    `${size} GiB uploaded and converted, peak resident memory of the Node processes, freshly started`,
  );
  const limit = { atMost: 200 };
  report.row({ name: 'gateway', values: [gatewayMb], unit: 'MB', digits: 0, limit });
  report.row({ name: 'converter', values: [converterMb], unit: 'MB', digits: 0, limit });
}
