import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../support/client.ts';
import { sizeOf } from '../bare-ffmpeg.ts';
import { apiOf, type Bench, discard, untilDone } from '../bench.ts';
import { indexInFront, tenMinutes } from '../make-films.ts';

const MIB = 1024 ** 2;
/** Seconds that the upload of the film takes: more than one core needs to encode it. */
const LINE_SECONDS = 15;

/** Measures how long the MP3 takes from the last byte of a resumable upload, on a line that is slower than the encoder. */
export async function early(bench: Bench): Promise<void> {
  const film = await indexInFront(await tenMinutes(bench), bench);
  const pauseMs = (1000 * LINE_SECONDS * MIB) / (await sizeOf(film));
  const times: number[] = [];
  for (let run = 0; run < bench.runs; run++) {
    const account = await apiOf(bench).newAccount();
    const id = await sendSlowly(bench, account, film, pauseMs);
    const sent = performance.now();
    await untilDone(bench, account, id);
    times.push((performance.now() - sent) / 1000);
    await discard(bench, account, id);
  }
  const { report } = bench;
  report.heading(`10 minutes with the index in front, on a line that takes ${LINE_SECONDS} s`);
  report.row({ name: 'last byte to done', values: times, unit: 's', limit: { atMost: 3 } });
}

/** Sends a film by tus with a pause before each MiB. Returns the job that it becomes. */
async function sendSlowly(bench: Bench, account: Account, film: string, pauseMs: number): Promise<string> {
  const api = apiOf(bench);
  const { signal } = bench;
  const headers = { ...api.bearer(account), 'tus-resumable': '1.0.0' };
  const created = await api.send('/uploads', {
    method: 'POST',
    headers: {
      ...headers,
      'upload-length': String(await sizeOf(film)),
      'upload-metadata': 'filename YmVuY2g=',
    },
  });
  const path = new URL(created.headers.get('location') ?? '', bench.launched.system.gatewayUrl).pathname;
  const line = async function* () {
    for await (const piece of createReadStream(film, { highWaterMark: MIB })) {
      await sleep(pauseMs, undefined, { signal });
      yield piece;
    }
  };
  const sent = await api.send(path, {
    ...{ method: 'PATCH', body: ReadableStream.from(line()), duplex: 'half', signal },
    headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
  });
  if (sent.status !== 204) throw new Error(`PATCH was answered with ${sent.status}: ${await sent.text()}`);
  const job = sent.headers.get('mp3-job');
  if (!job) throw new Error('the upload has become no job');
  return job;
}
