import { after } from 'node:test';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { gatewaySidecar, type SystemUnderTest, systemsUnderTest } from '../support/systems-under-test.ts';
import { blobStoreContract } from './blob-store.ts';
import { bytesEncodingsContract } from './bytes-encodings.ts';
import { hostileStringsContract } from './hostile-strings.ts';
import { jobStoreContract } from './job-store.ts';
import { bytesContract, stateStoreContract } from './state-store.ts';

/** Saves a value of JSON by the HTTP API of the gateway's sidecar. */
const putJson =
  ({ apps, tokens }: SystemUnderTest) =>
  async (key: string, value: unknown): Promise<void> => {
    const reply = await fetch(`http://127.0.0.1:${apps.gateway.daprHttpPort}/v1.0/state/store`, {
      method: 'POST',
      headers: { 'dapr-api-token': tokens.daprApi, 'content-type': 'application/json' },
      body: JSON.stringify([{ key, value }]),
    });
    if (!reply.ok) throw new Error(`the sidecar answered ${reply.status}`);
  };

for (const system of systemsUnderTest()) {
  const name = `${system.name}, through a sidecar`;
  const [base64, raw] = [gatewaySidecar(system), gatewaySidecar(system)];
  after(() => Promise.all([base64.close(), raw.close()]));
  const { signal } = new AbortController();
  await raw.limitWrites(signal);
  // Every store that we deliver keeps bytes as they are.
  await raw.useRawBytes(signal);
  const { state } = raw;
  stateStoreContract(name, () => ({ state }));
  jobStoreContract(name, () => ({ state }));
  hostileStringsContract(name, () => ({ state }));
  blobStoreContract(name, () => ({ state, blobs: createBlobStore(state) }));
  bytesContract(`${name}, in base64`, () => ({ state: base64.state }));
  bytesEncodingsContract(name, { base64: base64.state, raw: state, putJson: putJson(system) });
}
