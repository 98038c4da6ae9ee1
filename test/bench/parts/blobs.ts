import type { Sidecar } from '../../../services/shared/dapr/sidecar.ts';
import { type Bench, gatewaySidecar } from '../bench.ts';
import { type BlobSpeed, blobSpeed } from '../blob-speed.ts';
import { expected, median } from '../statistics.ts';

const MIB = 256;

/** What a gateway reaches in this store, MiB/s. */
const EXPECTED: Record<string, { put: number; get: number }> = {
  mongodb: { put: 85, get: 230 },
  sqlite: { put: 60, get: 180 },
};
const ELSEWHERE = { put: 60, get: 180 };

/** Measures how fast blobs are written and read through the gateway's sidecar, in both encodings by turns. */
export async function blobs(bench: Bench): Promise<void> {
  const { put, get } = EXPECTED[bench.blobs] ?? ELSEWHERE;
  const sidecars = { raw: gatewaySidecar(bench), base64: gatewaySidecar(bench) };
  for (const sidecar of Object.values(sidecars)) await sidecar.limitWrites(bench.signal);
  await sidecars.raw.useRawBytes(bench.signal);
  const runs: Record<'raw' | 'base64', BlobSpeed[]> = { raw: [], base64: [] };
  for (let run = 0; run < bench.runs; run++) {
    runs.base64.push(await measured(sidecars.base64));
    runs.raw.push(await measured(sidecars.raw));
  }
  await Promise.all(Object.values(sidecars).map((sidecar) => sidecar.close()));
  const speed = (encoding: 'raw' | 'base64', what: keyof BlobSpeed) =>
    median(runs[encoding].map((one) => one[what]));
  const row = (what: keyof BlobSpeed, isMet: boolean, least: string) =>
    `  ${what.padEnd(25)}${speed('raw', what).toFixed(0)} MiB/s   ${expected(isMet, least)}   ${(speed('raw', what) / speed('base64', what)).toFixed(2)} × base64`;
  console.log(`
Blobs of ${MIB} MiB, through a sidecar
${row('put', speed('raw', 'put') >= put, `≥ ${put}`)}
${row('append', speed('raw', 'append') >= 0.8 * speed('raw', 'put'), '≥ 0.8 × put')}
${row('get', speed('raw', 'get') >= get, `≥ ${get}`)}`);
}

const measured = ({ state }: Sidecar): Promise<BlobSpeed> => blobSpeed(state, { mib: MIB, runs: 1 });
