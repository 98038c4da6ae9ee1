import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createSignedLinks } from '../../../../services/gateway/downloads/signed-link.ts';
import { createDeduplicate } from '../../../../services/gateway/uploads/deduplicate.ts';
import { storeWhole } from '../../../../services/gateway/uploads/sound-only/store-video.ts';
import {
  createStoreUpload,
  type StoreUploadPorts,
  type Upload,
} from '../../../../services/gateway/uploads/store-upload.ts';
import { createDayUsage } from '../../../../services/gateway/usage/day-usage.ts';
import type { Kept } from '../../../../services/shared/jobs/job-view.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { sameLimits } from '../../../support/group-limits.ts';
import { OWNER } from '../../../support/job.ts';
import { inPieces } from '../../../support/random.ts';
import { createInterceptedStore, type Intercept } from '../intercepted-store.ts';
import { mp4 } from '../sample-uploads.ts';
import { createInMemorySweep, createStores, RETENTION_SECONDS } from '../sweep/in-memory-sweep.ts';

export const HEARTBEAT_MS = 7_500;
export const VIDEO = mp4(2_500_000);
export const upload = (
  bytes: AsyncIterable<Uint8Array> = inPieces(VIDEO),
): Pick<Upload, 'filename' | 'bytes'> => ({
  filename: 'a.mp4',
  bytes,
});

/** Uploads over an in-memory store, and the sweep of another gateway over the same store. */
export function createInMemoryUploads(context: TestContext) {
  const harness = createInMemorySweep(context);
  const calls: string[] = [];
  /** Intercepts the calls that the upload makes of the store. */
  const uploadStore: { call: Intercept } = { call: (_what, call) => call() };
  const state = createInterceptedStore(harness.memory, {
    call: (what, call, signal) => {
      calls.push(what);
      return uploadStore.call(what, call, signal);
    },
  });
  const stores = createStores({ ...harness.memory, ...state });
  const publishedVideos: string[] = [];
  /** What the gateway is said to keep of each file, all of which is stored. */
  const kept: { of: Kept } = { of: 'whole' };
  const groupLimits = sameLimits({ maxUploadBytes: 10_000_000, retentionSeconds: RETENTION_SECONDS });
  const ports: StoreUploadPorts = {
    storeVideo: async (...args) => ({ ...(await storeWhole(stores.blobs)(...args)), kept: kept.of }),
    ...stores,
    usage: createDayUsage({ state, ...stores, groupLimits, keepVideoMs: 0 }),
    deduplicate: createDeduplicate(state, stores.jobs, RETENTION_SECONDS),
    links: createSignedLinks('http://localhost', 'secret'),
    publishVideo: ({ id }) => publishedVideos.push(id),
    groupLimits,
    heartbeatMs: HEARTBEAT_MS,
    log: createLog('gateway', 'silent'),
  };
  const accept = createStoreUpload(ports);
  return {
    ...harness,
    state,
    calls,
    kept,
    uploadStore,
    publishedVideos,
    storeUpload: (file = upload(), request: Partial<Upload> = {}) =>
      accept({
        ...file,
        id: randomUUID(),
        user: OWNER,
        options: () => ({ quality: 2 }),
        traceId: '0af7651916cd43dd8448eb211c80319c',
        ...{ original: null, isWhole: false },
        confirm: async () => undefined,
        signal: new AbortController().signal,
        ...request,
      }),
  };
}
