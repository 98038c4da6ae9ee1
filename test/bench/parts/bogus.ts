import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { basic } from '../../support/basic-auth.ts';
import { apiOf, type Bench } from '../bench.ts';
import { expected, median, timed } from '../statistics.ts';

const run = promisify(execFile);
const EVERY_MS = 100;
const QUIET_LOGINS = 100;

/** A flood of wrong logins, each to another account. */
interface Flood {
  name: string;
  logins: number;
  perSecond: number;
  addresses: number;
}

/** The first one uses addresses that the second one uses as well, so the second one comes with nothing left for these. */
const FLOODS: Flood[] = [
  { name: '100 wrong logins a second from one address', logins: 2_000, perSecond: 100, addresses: 1 },
  { name: '10,000 wrong logins from 50 addresses', logins: 10_000, perSecond: 100, addresses: 50 },
];

/** Measures how much wrong logins slow down the right ones, from the address of a registration and from a new one. */
export async function bogus(bench: Bench): Promise<void> {
  const { email, password } = await apiOf(bench).newAccount();
  const login = (localAddress: string) => loginFrom(bench, { email, password, localAddress });
  await measure(bench, () => login('127.0.0.1'), QUIET_LOGINS / 5); // This warms the system up.
  const quiet = await measure(bench, () => login('127.0.0.1'), QUIET_LOGINS);
  console.log(`\nRight logins, alone: median ${ms(median(quiet))}`);
  for (const flood of FLOODS) {
    const ended = new AbortController();
    const flooding = runFlood(bench, flood).finally(() => ended.abort());
    let strange = 0;
    const [known, fresh, answers] = await Promise.all([
      measure(bench, () => login('127.0.0.1'), Infinity, ended.signal),
      // Each address is a new one, from which nobody has logged in.
      measure(bench, () => login(`127.1.${strange >> 8}.${strange++ & 255}`), Infinity, ended.signal),
      flooding,
    ]);
    const ratio = median(known) / median(quiet);
    console.log(`${flood.name}: ${answers}
  from a known address     ${spread(known)}, ratio ${ratio.toFixed(2)}   ${expected(ratio <= 1.2, '≤ 1.20')}
  from a new address       ${spread(fresh)}, ratio ${(median(fresh) / median(quiet)).toFixed(2)}`);
  }
}

const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
const spread = (seconds: number[]): string => {
  const inOrder = seconds.toSorted((a, b) => a - b);
  const at = (share: number) => ms(inOrder[Math.ceil(share * inOrder.length) - 1] ?? Number.NaN);
  return `median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)} of ${seconds.length}`;
};

/** Logs in at a fixed rate, and does not wait for a response before the next login. Returns the seconds of each. */
async function measure(
  { signal }: Bench,
  login: () => Promise<void>,
  count: number,
  enough?: AbortSignal,
): Promise<number[]> {
  const pending: Promise<[number, void]>[] = [];
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
