import { readFile } from 'node:fs/promises';
import type { Account } from '../../support/client.ts';
import { freeBox, video } from '../../support/media.ts';
import { peakMb, resetPeak } from '../../support/peak-memory.ts';
import { randomBytes } from '../../support/random.ts';
import { apiOf, type Bench, discard } from '../bench.ts';
import { ratioOf, timed } from '../statistics.ts';

const MIB = 1024 ** 2;
const FULL = { speedMib: 256, memoryMib: 32, atOnce: 20 };
const QUICK = { speedMib: 4, memoryMib: 1, atOnce: 3 };

/** Compares a resumable upload with `POST /upload`, and measures the gateway's memory during many resumable uploads. */
export async function uploads(bench: Bench): Promise<void> {
  const { speedMib, memoryMib, atOnce } = bench.isQuick ? QUICK : FULL;
  const { report } = bench;
  const account = await apiOf(bench).newAccount();
  const plain: number[] = [];
  const byTus: number[] = [];
  const film = await filmOf(speedMib);
  for (let run = 0; run < bench.runs; run++) {
    // Equal content would be found, and not be stored again.
    film.writeUInt32BE(run, film.length - 4);
    plain.push(speedMib / (await timeOf(bench, account, () => sendPlain(bench, account, film))));
    byTus.push(speedMib / (await timeOf(bench, account, () => sendByTus(bench, account, film))));
  }
  report.heading(`Uploads of ${speedMib} MiB`);
  report.row({ name: 'POST /upload', values: plain, unit: 'MiB/s' });
  report.row({ name: 'tus, one PATCH', values: byTus, unit: 'MiB/s' });
  report.row({ name: 'tus ÷ POST', values: [ratioOf(byTus, plain)], unit: '×', limit: { atLeast: 0.8 } });

  const pid = bench.launched.system.apps.gateway.appPid ?? 0;
  const small = await filmOf(memoryMib);
  await resetPeak(pid);
  await Promise.all(
    Array.from({ length: atOnce }, async (_, number) => {
      const own = Buffer.from(small);
      own.writeUInt32BE(number, own.length - 4);
      await discard(bench, account, await sendByTus(bench, account, own));
    }),
  );
  const peak = await peakMb(pid);
  report.heading(`${atOnce} resumable uploads of ${memoryMib} MiB at once, peak resident memory`);
  report.row({ name: 'gateway', values: [peak], unit: 'MB', limit: { atMost: 250 }, digits: 0 });
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
