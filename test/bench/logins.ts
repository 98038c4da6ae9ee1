import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { media } from '../support/media.ts';
import { apiOf, type Bench, expected, timed, upload } from './bench.ts';
import { row } from './latency-row.ts';

const PARALLEL = 190;
const SECONDS = 10;
const EVERY_MS = 100;
const run = promisify(execFile);

/** Seconds that each kind of request took, and the answers that were not the expected one. */
interface Times {
  seconds: Record<string, number[]>;
  wrong: string[];
}

interface Kind {
  expects: number;
  ask(): Promise<Response>;
}

/** What users notice of many wrong logins at once: each kind of request, quietly and meanwhile. */
export async function logins(bench: Bench): Promise<void> {
  const api = apiOf(bench);
  const account = await api.newAccount();
  const headers = api.bearer(account);
  const film = await media('logins.mp4', '-f', 'lavfi', '-i', 'sine=d=2', '-c:a', 'aac');
  const id = await upload(bench, account, film);
  if ((await api.finished(account, id)).status !== 'done') throw new Error('the job was not done');
  // The same content again: it is stored and compared as any other, and no conversion blurs the times.
  const body = new Uint8Array(await readFile(film));
  const kinds: Record<string, Kind> = {
    'GET /jobs': { expects: 200, ask: () => api.send('/jobs', { headers }) },
    'GET /download/:id': { expects: 200, ask: () => api.send(`/download/${id}`, { headers }) },
    'POST /upload': {
      expects: 202,
      ask: () =>
        api.send('/upload?filename=logins.mp4', {
          method: 'POST',
          headers: { ...headers, 'content-type': 'video/mp4' },
          body,
        }),
    },
    'GET /readyz': { expects: 200, ask: () => api.send('/readyz') },
  };

  // At a fixed rate, whether or not the last request was answered: a closed loop would send fewest requests exactly when the system is slow.
  async function measure(enough: AbortSignal): Promise<Times> {
    const times: Times = { seconds: {}, wrong: [] };
    const underWay: Promise<void>[] = [];
    async function askOnce(name: string, { expects, ask }: Kind): Promise<void> {
      const [seconds, status] = await timed(async () => {
        const reply = await ask();
        await reply.arrayBuffer();
        return reply.status;
      });
      times.seconds[name] = [...(times.seconds[name] ?? []), seconds];
      if (status !== expects) times.wrong.push(`${name} ${status}`);
    }
    while (!enough.aborted) {
      for (const [name, kind] of Object.entries(kinds)) underWay.push(askOnce(name, kind));
      await sleep(EVERY_MS, undefined, { signal: bench.signal });
    }
    await Promise.all(underWay);
    return times;
  }

  await measure(AbortSignal.timeout(2_000)); // to warm up
  const quiet = await measure(AbortSignal.timeout(SECONDS * 1000));
  const over = new AbortController();
  const script = join(import.meta.dirname, 'wrong-login-storm.ts');
  const storm = run(
    process.execPath,
    [script, bench.launched.system.gatewayUrl, `${PARALLEL}`, `${SECONDS}`],
    {
      signal: bench.signal,
    },
  ).finally(() => over.abort());
  const [meanwhile, { stdout }] = await Promise.all([measure(over.signal), storm]);

  console.log(`
${PARALLEL} wrong logins at once, for ${SECONDS} s: ${stdout.trim()}; median, 95 %, longest`);
  for (const name of Object.keys(kinds)) {
    console.log(row(name, quiet.seconds[name] ?? [], meanwhile.seconds[name] ?? []));
  }
  const wrong = [...new Set([...quiet.wrong, ...meanwhile.wrong])].join(', ') || 'none';
  console.log(`  other answers            ${wrong}   ${expected(wrong === 'none', 'none')}`);
}
