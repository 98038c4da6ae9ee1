import { type Bench, gatewaySidecar } from '../bench.ts';
import { type BlobSpeed, blobSpeed } from '../blob-speed.ts';
import type { Row } from '../report.ts';
import { ratioOf } from '../statistics.ts';

/** What a gateway reaches in this store, MiB/s. */
const EXPECTED: Record<string, { put: number; get: number }> = {
  mongodb: { put: 85, get: 230 },
  sqlite: { put: 60, get: 180 },
};
const ELSEWHERE = { put: 60, get: 180 };

/** Measures how fast blobs are written and read through the gateway's sidecar, in both encodings by turns. */
export async function blobs(bench: Bench): Promise<void> {
  const { report, isQuick } = bench;
  const mib = isQuick ? 16 : 256;
  const { put, get } = EXPECTED[bench.blobs] ?? ELSEWHERE;
  const sidecars = { raw: gatewaySidecar(bench), base64: gatewaySidecar(bench) };
  for (const sidecar of Object.values(sidecars)) await sidecar.limitWrites(bench.signal);
  await sidecars.raw.useRawBytes(bench.signal);
  const runs: Record<'raw' | 'base64', BlobSpeed[]> = { raw: [], base64: [] };
  for (let run = 0; run < bench.runs; run++) {
    runs.base64.push(await blobSpeed(sidecars.base64.state, { mib, runs: 1 }));
    runs.raw.push(await blobSpeed(sidecars.raw.state, { mib, runs: 1 }));
  }
  await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.close()));
  const speeds = (encoding: 'raw' | 'base64', what: keyof BlobSpeed) =>
    runs[encoding].map((one) => one[what]);
  const rowOf = (what: keyof BlobSpeed): Row => ({
    ...{ name: what, values: speeds('raw', what), unit: 'MiB/s', digits: 0 },
    note: `${ratioOf(speeds('raw', what), speeds('base64', what)).toFixed(2)} × base64`,
  });
  const appending = ratioOf(speeds('raw', 'append'), speeds('raw', 'put'));
  report.heading(`Blobs of ${mib} MiB, through a sidecar`);
  report.row({ ...rowOf('put'), limit: { atLeast: put } });
  report.row(rowOf('append'));
  report.row({ name: 'append ÷ put', values: [appending], unit: '×', limit: { atLeast: 0.8 } });
  report.row({ ...rowOf('get'), limit: { atLeast: get } });
}
