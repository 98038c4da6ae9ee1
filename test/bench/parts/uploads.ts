import { readFile } from 'node:fs/promises';
import type { Account } from '../../support/client.ts';
import { freeBox, video } from '../../support/media.ts';
import { peakMb, resetPeak } from '../../support/peak-memory.ts';
import { randomBytes } from '../../support/random.ts';
import { apiOf, type Bench } from '../bench.ts';
import { expected, median, spread, timed } from '../statistics.ts';

const MIB = 1024 ** 2;
const SPEED_MIB = 256;
const MEMORY_MIB = 32;
const AT_ONCE = 20;

/** Compares a resumable upload with `POST /upload`, and measures the gateway's memory during many resumable uploads. */
export async function uploads(bench: Bench): Promise<void> {
  const account = await apiOf(bench).newAccount();
  const plain: number[] = [];
  const byTus: number[] = [];
  const film = await filmOf(SPEED_MIB);
  for (let run = 0; run < bench.runs; run++) {
    // Equal content would be found, and not be stored again.
    film.writeUInt32BE(run, film.length - 4);
    plain.push(SPEED_MIB / (await timeOf(bench, account, () => sendPlain(bench, account, film))));
    byTus.push(SPEED_MIB / (await timeOf(bench, account, () => sendByTus(bench, account, film))));
  }
  const ratio = median(byTus) / median(plain);

  const pid = bench.launched.system.apps.gateway.appPid ?? 0;
  const small = await filmOf(MEMORY_MIB);
  await resetPeak(pid);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, number) => {
      const own = Buffer.from(small);
      own.writeUInt32BE(number, own.length - 4);
      await discard(bench, account, await sendByTus(bench, account, own));
    }),
  );
  const peak = await peakMb(pid);
  console.log(`
Uploads of ${SPEED_MIB} MiB
  POST /upload             ${spread(plain, 'MiB/s')}
  tus, one PATCH           ${spread(byTus, 'MiB/s')}
  ratio                    ${ratio.toFixed(2)}   ${expected(ratio >= 0.8, '≥ 0.8')}
${AT_ONCE} resumable uploads of ${MEMORY_MIB} MiB at once, peak resident memory
  gateway                  ${peak.toFixed(0)} MB   ${expected(peak <= 250, '≤ 250')}`);
}

const filmOf = async (mib: number): Promise<Buffer> => {
  const film = await readFile(await video(2));
  return Buffer.concat([film, freeBox(randomBytes(mib * MIB - film.length - 8))]);
};

/** Returns the seconds that the upload takes. Its job is deleted, so that its conversion does not disturb the next upload. */
async function timeOf(bench: Bench, account: Account, send: () => Promise<string>): Promise<number> {
  const [seconds, id] = await timed(send);
  await discard(bench, account, id);
  return seconds;
}

async function discard(bench: Bench, account: Account, id: string): Promise<void> {
  const api = apiOf(bench);
  await api.send(`/jobs/${id}`, { method: 'DELETE', headers: api.bearer(account) });
}

async function sendPlain(bench: Bench, account: Account, body: Buffer): Promise<string> {
  const api = apiOf(bench);
  const response = await api.send('/upload?filename=bench.mp4', {
    method: 'POST',
    headers: { ...api.bearer(account), 'content-type': 'video/mp4' },
    body: body as Buffer<ArrayBuffer>,
  });
  const { id } = (await response.json()) as { id?: string };
  if (id === undefined) throw new Error(`upload: ${response.status}`);
  return id;
}

async function sendByTus(bench: Bench, account: Account, body: Buffer): Promise<string> {
  const api = apiOf(bench);
  const headers = { ...api.bearer(account), 'tus-resumable': '1.0.0' };
  const created = await api.send('/uploads', {
    method: 'POST',
    headers: {
      ...{ ...headers, 'upload-length': String(body.length) },
      'upload-metadata': `filename ${Buffer.from('bench.mp4').toString('base64')}`,
    },
  });
  const location = created.headers.get('location');
  if (location === null) throw new Error(`creation: ${created.status} ${await created.text()}`);
  for (let offset = 0; ; ) {
    const patched = await api.send(location, {
      method: 'PATCH',
      headers: {
        ...{ ...headers, 'content-type': 'application/offset+octet-stream' },
        'upload-offset': String(offset),
      },
      body: body.subarray(offset) as Buffer<ArrayBuffer>,
    });
    const id = patched.headers.get('mp3-job');
    if (id !== null) return id;
    // A busy gateway may lose the lock of the upload. It keeps what it has stored, and the client goes on from there.
    const stored = Number(patched.headers.get('upload-offset'));
    if (patched.status !== 204 || stored <= offset)
      throw new Error(`PATCH: ${patched.status} ${await patched.text()}`);
    offset = stored;
  }
}
