import autocannon from 'autocannon';
import { apiOf, type Bench, upload } from '../bench.ts';
import { tenMinutes } from '../films.ts';
import { expected, median } from '../statistics.ts';

/** Measures the rate of authorized requests for a job. */
export async function requests(bench: Bench): Promise<void> {
  const api = apiOf(bench);
  const account = await api.newAccount();
  const film = await tenMinutes(bench.filmDir, bench.signal);
  const id = await upload(bench, account, film);
  await api.finished(account, id);
  const rates: number[] = [];
  let latency = 0;
  for (let i = 0; i < bench.runs; i++) {
    const result = await autocannon({
      url: `${bench.launched.system.gatewayUrl}/jobs/${id}`,
      headers: { authorization: `Bearer ${account.token}` },
      connections: 32,
      duration: 10,
    });
    const failures = result.non2xx + result.errors;
    if (failures > 0) throw new Error(`${failures} requests failed`);
    rates.push(result.requests.average);
    latency = result.latency.p99;
  }
  console.log(`
Authorised GET /jobs/:id, 32 connections
  rate                     ${median(rates).toFixed(0)} requests/s, p99 ${latency} ms   ${expected(median(rates) >= 1_500, '≥ 1,500')}`);
}
