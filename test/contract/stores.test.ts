import { after } from 'node:test';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { blobStoreContract } from './blob-store.ts';
import { hostileStringsContract } from './hostile-strings.ts';
import { jobStoreContract } from './job-store.ts';
import { stateStoreContract } from './state-store.ts';

for (const system of systemsUnderTest()) {
  const sidecar = gatewaySidecar(system);
  after(() => sidecar.close());
  stateStoreContract(`${system.name}, through a sidecar`, () => ({ state: sidecar.state }));
  jobStoreContract(`${system.name}, through a sidecar`, () => ({ state: sidecar.state }));
  hostileStringsContract(`${system.name}, through a sidecar`, () => ({ state: sidecar.state }));
  blobStoreContract(`${system.name}, through a sidecar`, () => ({
    state: sidecar.state,
    blobs: createBlobStore(sidecar.state),
  }));
}
