import { after } from 'node:test';
import { createBlobStore } from '../../services/shared/blobs.ts';
import { BLOBS, gatewaySidecar, systemUnderTest } from '../support/systems.ts';
import { blobStoreContract } from './blob-store.ts';
import { jobStoreContract } from './job-store.ts';
import { stateStoreContract } from './state-store.ts';

for (const blobs of BLOBS) {
  const sidecar = gatewaySidecar(systemUnderTest(blobs));
  after(() => sidecar.close());
  stateStoreContract(`${blobs}, through a sidecar`, () => ({ state: sidecar.state }));
  jobStoreContract(`${blobs}, through a sidecar`, () => ({ state: sidecar.state }));
  blobStoreContract(`${blobs}, through a sidecar`, () => ({
    state: sidecar.state,
    blobs: createBlobStore(sidecar.state),
  }));
}
