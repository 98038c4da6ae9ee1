import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { media } from '../../support/media.ts';
import { apiOf, type Bench, upload } from '../bench.ts';
import { latencyRow } from '../latency-row.ts';
import { timed } from '../statistics.ts';

const FULL = { parallel: 190, seconds: 10 };
const QUICK = { parallel: 10, seconds: 2 };
const EVERY_MS = 100;
/** A request may take this many times as long as without wrong logins. */
const MOST_RATIO = 2;
const run = promisify(execFile);

/** The times of each kind of request in seconds, and the responses that were not the expected one. */
interface Times {
  seconds: Record<string, number[]>;
  wrong: string[];
}

interface RequestKind {
  expects: number;
  send(): Promise<Response>;
}
type RequestKinds = Record<string, RequestKind>;

/** Measures how much many wrong logins at once slow down each kind of request of other users. */
export async function logins(bench: Bench): Promise<void> {
  const { parallel, seconds } = bench.isQuick ? QUICK : FULL;
  const kinds = await requestKinds(bench);
  await measure(kinds, AbortSignal.timeout(2_000), bench.signal); // This warms the system up.
  const quiet = await measure(kinds, AbortSignal.timeout(seconds * 1000), bench.signal);
  const storm = new AbortController();
  const storming = runStorm(bench, parallel, seconds).finally(() => storm.abort());
  const [meanwhile, responses] = await Promise.all([measure(kinds, storm.signal, bench.signal), storming]);

  const { report } = bench;
  report.heading(`${parallel} wrong logins at once, for ${seconds} s: ${responses}`);
  for (const name of Object.keys(kinds)) {
    report.row(latencyRow(name, quiet.seconds[name] ?? [], meanwhile.seconds[name] ?? [], MOST_RATIO));
  }
  const wrong = [...quiet.wrong, ...meanwhile.wrong];
  const note = [...new Set(wrong)].join(', ') || 'none';
  const limit = { atMost: 0 };
  report.row({ name: 'other answers', values: [wrong.length], unit: 'answers', digits: 0, limit, note });
}

/** Prepares a user with a job that is done. */
async function requestKinds(bench: Bench): Promise<RequestKinds> {
  const api = apiOf(bench);
  const account = await api.newAccount();
  const headers = api.bearer(account);
  const film = await media('logins.mp4', '-f', 'lavfi', '-i', 'sine=d=2', '-c:a', 'aac');
  const id = await upload(bench, account, film);
  if ((await api.finished(account, id)).status !== 'done') throw new Error('the job was not done');
  // The uploads have the content of the first one. It is stored and compared like any other, but no conversion disturbs the times.
  const body = new Uint8Array(await readFile(film));
  const uploadHeaders = { ...headers, 'content-type': 'video/mp4' };
  return {
    'GET /jobs': { expects: 200, send: () => api.send('/jobs', { headers }) },
    'GET /download/:id': { expects: 200, send: () => api.send(`/download/${id}`, { headers }) },
    'POST /upload': {
      expects: 202,
      send: () => api.send('/upload?filename=logins.mp4', { method: 'POST', headers: uploadHeaders, body }),
    },
    'GET /readyz': { expects: 200, send: () => api.send('/readyz') },
  };
}

/**
 * Sends each kind of request at a fixed rate until `enough` is aborted, and does not wait for a response before the next request.
 * Otherwise the fewest requests would be sent exactly when the system is slow.
 */
async function measure(kinds: RequestKinds, enough: AbortSignal, signal: AbortSignal): Promise<Times> {
  const times: Times = { seconds: {}, wrong: [] };
  const pending: Promise<void>[] = [];
  async function sendOnce(name: string, { expects, send }: RequestKind): Promise<void> {
    const [seconds, status] = await timed(async () => {
      const reply = await send();
      await reply.arrayBuffer();
      return reply.status;
    });
    times.seconds[name] = [...(times.seconds[name] ?? []), seconds];
    if (status !== expects) times.wrong.push(`${name} ${status}`);
  }
  while (!enough.aborted) {
    for (const [name, kind] of Object.entries(kinds)) {
      const one = sendOnce(name, kind);
      // Nobody waits for it yet, so its failure would end the process. Promise.all throws it below.
      one.catch(() => undefined);
      pending.push(one);
    }
    await sleep(EVERY_MS, undefined, { signal });
  }
  await Promise.all(pending);
  return times;
}

/** Returns the number of responses of each status as JSON. */
async function runStorm({ launched, signal }: Bench, parallel: number, seconds: number): Promise<string> {
  const script = join(import.meta.dirname, '../wrong-login-storm.ts');
  const args = [script, launched.system.gatewayUrl, `${parallel}`, `${seconds}`];
  return (await run(process.execPath, args, { signal })).stdout.trim();
}
