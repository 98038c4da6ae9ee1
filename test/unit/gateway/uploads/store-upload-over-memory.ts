import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createSignedLinks } from '../../../../services/gateway/downloads/signed-link.ts';
import { createDeduplicate } from '../../../../services/gateway/uploads/deduplicate.ts';
import {
  createStoreUpload,
  type StoreUploadPorts,
  type Upload,
} from '../../../../services/gateway/uploads/store-upload.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { OWNER } from '../../../support/job.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../footage.ts';
import { type Intercept, interceptedState } from '../job-index/intercepted-state.ts';
import { KEPT, stored, sweepOverMemory } from '../sweep/sweep-over-memory.ts';

export const BEAT_MS = 7_500;
export const VIDEO = mp4(2_500_000);
export const upload = (
  bytes: AsyncIterable<Uint8Array> = inPieces(VIDEO),
): Pick<Upload, 'filename' | 'bytes'> => ({
  filename: 'a.mp4',
  bytes,
});

/** Uploads over memory, and the sweep of another gateway over the same. */
export function acceptOverMemory(context: TestContext) {
  const world = sweepOverMemory(context);
  const calls: string[] = [];
  /** What the upload's calls of the store go through. */
  const on: { call: Intercept } = { call: (_what, call) => call() };
  const state = interceptedState(world.memory, {
    call: (what, call, signal) => {
      calls.push(what);
      return on.call(what, call, signal);
    },
  });
  const own = stored({ ...world.memory, ...state });
  const announced: string[] = [];
  const ports: StoreUploadPorts = {
    ...own,
    deduplicate: createDeduplicate(state, own.jobs, KEPT),
    links: createSignedLinks('http://localhost', 'secret'),
    publishVideo: ({ id }) => announced.push(id),
    maxUploadBytes: 10_000_000,
    retentionSeconds: KEPT,
    heartbeatMs: BEAT_MS,
    log: createLog('gateway', 'silent'),
  };
  const accept = createStoreUpload(ports);
  return {
    ...world,
    state,
    calls,
    on,
    announced,
    accept: (file = upload(), request: Partial<Upload> = {}) =>
      accept({
        ...file,
        id: randomUUID(),
        user: OWNER,
        options: { quality: 2 },
        traceId: '0af7651916cd43dd8448eb211c80319c',
        confirm: async () => undefined,
        signal: new AbortController().signal,
        ...request,
      }),
  };
}
