import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { basic } from '../../support/basic-auth.ts';
import { apiOf, type Bench } from '../bench.ts';
import { describeLatencies, latencyRow } from '../latency-row.ts';
import { timed } from '../statistics.ts';

const run = promisify(execFile);
const EVERY_MS = 100;
const QUIET_LOGINS = 100;
const MOST_RATIO = 1.2;

/** A flood of wrong logins, each to another account. */
interface Flood {
  logins: number;
  perSecond: number;
  addresses: number;
}

/** The first one uses addresses that the second one uses as well, so the second one comes with nothing left for these. */
const FLOODS: Flood[] = [
  { logins: 2_000, perSecond: 100, addresses: 1 },
  { logins: 10_000, perSecond: 100, addresses: 50 },
];
const QUICK_FLOODS: Flood[] = [
  { logins: 50, perSecond: 50, addresses: 1 },
  { logins: 100, perSecond: 50, addresses: 5 },
];

/** Measures how much wrong logins slow down the right ones, from the address of a registration and from a new one. */
export async function bogus(bench: Bench): Promise<void> {
  const { email, password } = await apiOf(bench).newAccount();
  const login = (localAddress: string) => loginFrom(bench, { email, password, localAddress });
  const { isQuick, report } = bench;
  const count = isQuick ? QUIET_LOGINS / 10 : QUIET_LOGINS;
  await measure(bench, () => login('127.0.0.1'), count / 5); // This warms the system up.
  const quiet = await measure(bench, () => login('127.0.0.1'), count);
  report.heading(`Right logins, alone: ${describeLatencies(quiet)} (median, 95 %, longest)`);
  let strange = 0;
  for (const flood of isQuick ? QUICK_FLOODS : FLOODS) {
    const ended = new AbortController();
    const flooding = runFlood(bench, flood).finally(() => ended.abort());
    const [known, fresh, answers] = await Promise.all([
      measure(bench, () => login('127.0.0.1'), Infinity, ended.signal),
      // Each address is a new one, from which nobody has logged in.
      measure(bench, () => login(`127.1.${strange >> 8}.${strange++ & 255}`), Infinity, ended.signal),
      flooding,
    ]);
    const { logins, perSecond, addresses } = flood;
    report.heading(`${logins} wrong logins, ${perSecond} a second, addresses: ${addresses}: ${answers}`);
    report.row(latencyRow(`from a known address (of ${addresses})`, quiet, known, MOST_RATIO));
    report.row(latencyRow(`from a new address (of ${addresses})`, quiet, fresh));
  }
}

/** Logs in at a fixed rate, and does not wait for a response before the next login. Returns the seconds of each. */
async function measure(
  { signal }: Bench,
  login: () => Promise<void>,
  count: number,
  enough?: AbortSignal,
): Promise<number[]> {
  const pending: Promise<[number, unknown]>[] = [];
  for (let number = 0; number < count && !enough?.aborted; number++) {
    pending.push(timed(login));
    await sleep(EVERY_MS, undefined, { signal });
  }
  return (await Promise.all(pending)).map(([seconds]) => seconds);
}

/** Throws for every answer but 200. */
function loginFrom(
  { launched }: Bench,
  { email, password, localAddress }: { email: string; password: string; localAddress: string },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { authorization: basic(email, password) };
  request(`${launched.system.gatewayUrl}/login`, { method: 'POST', headers, localAddress }, (reply) => {
    const { statusCode } = reply.resume();
    if (statusCode === 200) reply.on('end', resolve);
    else reject(new Error(`a right login from ${localAddress} was answered with ${statusCode}`));
  })
    .on('error', reject)
    .end();
  return promise;
}

async function runFlood(
  { launched, signal }: Bench,
  { logins, perSecond, addresses }: Flood,
): Promise<string> {
  const file = join(import.meta.dirname, '..', 'bogus-logins.ts');
  const args = [file, launched.system.gatewayUrl, logins, perSecond, addresses].map(String);
  return (await run(process.execPath, args, { signal })).stdout.trim();
}
