import autocannon from 'autocannon';
import { apiOf, type Bench, untilDone, upload } from '../bench.ts';
import { tenMinutes } from '../make-films.ts';

/** Measures the rate of authorized requests for a job. */
export async function requests(bench: Bench): Promise<void> {
  const account = await apiOf(bench).newAccount();
  const id = await upload(bench, account, await tenMinutes(bench));
  await untilDone(bench, account, id);
  const rates: number[] = [];
  const latencies: number[] = [];
  for (let i = 0; i < bench.runs; i++) {
    const result = await autocannon({
      url: `${bench.launched.system.gatewayUrl}/jobs/${id}`,
      headers: { authorization: `Bearer ${account.token}` },
      connections: 32,
      duration: bench.isQuick ? 1 : 10,
    });
    const failures = result.non2xx + result.errors;
    if (failures > 0) throw new Error(`${failures} requests failed`);
    rates.push(result.requests.average);
    latencies.push(result.latency.p99);
  }
  const { report } = bench;
  report.heading('Authorized GET /jobs/:id, 32 connections');
  report.row({ name: 'rate', values: rates, unit: 'requests/s', digits: 0, limit: { atLeast: 3_000 } });
  report.row({ name: '99th percentile', values: latencies, unit: 'ms', digits: 0, limit: { atMost: 25 } });
}
