import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { basic } from '../../support/basic-auth.ts';
import { apiOf, type Bench } from '../bench.ts';
import { describeLatencies, latencyRow } from '../latency-row.ts';
import type { Row } from '../report.ts';
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
  if (quiet.refused.length > 0) throw new Error(`right logins were answered with ${quiet.refused}`);
  report.heading(`Right logins, alone: ${describeLatencies(quiet.seconds)} (median, 95 %, longest)`);
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
    report.row(latencyRow(`known address (of ${addresses})`, quiet.seconds, known.seconds, MOST_RATIO));
    report.row({ ...refusedRow(`known address (of ${addresses}), refused`, known), limit: { atMost: 0 } });
    report.row(latencyRow(`new address (of ${addresses})`, quiet.seconds, fresh.seconds));
    report.row(refusedRow(`new address (of ${addresses}), refused`, fresh));
  }
}

/** Right logins: the seconds of those that succeeded, and the answers to the others. */
interface Logins {
  seconds: number[];
  refused: number[];
}

const refusedRow = (name: string, { refused }: Logins): Row => ({
  ...{ name, values: [refused.length], unit: 'logins', digits: 0 },
  note: `other answers: ${[...new Set(refused)].join(', ') || 'none'}`,
});

/** Logs in at a fixed rate, and does not wait for a response before the next login. */
async function measure(
  { signal }: Bench,
  login: () => Promise<number>,
  count: number,
  enough?: AbortSignal,
): Promise<Logins> {
  const pending: Promise<[seconds: number, status: number]>[] = [];
  for (let number = 0; number < count && !enough?.aborted; number++) {
    const one = timed(login);
    // Nobody waits for it yet, so its failure would end the process. Promise.all throws it below.
    one.catch(() => undefined);
    pending.push(one);
    await sleep(EVERY_MS, undefined, { signal });
  }
  const all = await Promise.all(pending);
  return {
    seconds: all.filter(([, status]) => status === 200).map(([seconds]) => seconds),
    refused: all.map(([, status]) => status).filter((status) => status !== 200),
  };
}

/** Returns the status of the response. */
function loginFrom(
  { launched }: Bench,
  { email, password, localAddress }: { email: string; password: string; localAddress: string },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { authorization: basic(email, password) };
  request(`${launched.system.gatewayUrl}/login`, { method: 'POST', headers, localAddress }, (reply) => {
    reply.resume().on('end', () => resolve(reply.statusCode ?? 0));
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
