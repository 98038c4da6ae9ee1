import { type Bench, gatewaySidecar } from '../bench.ts';
import { blobSpeed } from '../blob-speed.ts';
import { expected } from '../statistics.ts';

const MIB = 256;

/** Measures how fast blobs are written and read through the gateway's sidecar. */
export async function blobs(bench: Bench): Promise<void> {
  const sidecar = gatewaySidecar(bench);
  const { put, append, get } = await blobSpeed(sidecar.state, { mib: MIB, runs: bench.runs });
  await sidecar.close();
  console.log(`
Blobs of ${MIB} MiB, through a sidecar
  put                      ${put.toFixed(0)} MiB/s   ${expected(put >= 60, '≥ 60')}
  append                   ${append.toFixed(0)} MiB/s   ${expected(append >= 0.8 * put, '≥ 0.8 × put')}
  get                      ${get.toFixed(0)} MiB/s   ${expected(get >= 200, '≥ 200')}`);
}
