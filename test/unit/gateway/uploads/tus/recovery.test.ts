import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createLeaseLocker } from '../../../../../services/gateway/uploads/tus/lease-locker.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import { eventually, runEventLoop } from '../../../../support/event-loop.ts';
import { createInterceptedStore, type Intercept } from '../../intercepted-store.ts';
import { mp4 } from '../../sample-uploads.ts';
import { buildGateway, type Gateway } from '../../test-gateway.ts';
import { fastClock } from './fast-clock.ts';
import { checksum, tusClient } from './tus-client.ts';

const CHUNK = 1024 ** 2;
const FILE = mp4(4 * CHUNK + 500_000);
/** A film of the same size, with other bytes in every chunk. */
const OTHER = Buffer.from(FILE).fill(7, 1000);
const never = <T>() => new Promise<T>(() => undefined);

/** Gateways over one store, each of which finds the lease of a dead one ended soon. */
function replicas() {
  const memory = createMemoryState(() => Date.now());
  return {
    memory,
    start(call: Intercept = (_what, call) => call()): Gateway {
      const state = { ...createInterceptedStore(memory, { call }), keys: memory.keys };
      const locker = createLeaseLocker(state, pino({ level: 'silent' }), undefined, fastClock());
      return buildGateway({ maxUploadBytes: 10_000_000, state, locker });
    },
  };
}

type Replicas = ReturnType<typeof replicas>;

/** Sends a PATCH to a gateway that stores chunks and no checkpoint, and that dies when it has stored so many of them. */
async function patchUntilDeath(
  { start }: Replicas,
  path: string,
  { bytes, offset = 0, chunks, headers = {} }: PatchToDeath,
): Promise<void> {
  let stored = 0;
  let isDead = false;
  const gateway = start(async (what, call) => {
    if (isDead || (stored > 0 && what.startsWith('put upload:'))) return never();
    if (what.startsWith('putBytes chunk:') && stored === chunks) return never();
    const result = await call();
    if (what.startsWith('putBytes chunk:')) stored++;
    return result;
  });
  void tusClient(gateway).patch(path, offset, bytes, headers);
  try {
    await eventually(() => stored === chunks);
    await runEventLoop(20);
  } finally {
    isDead = true;
  }
}

interface PatchToDeath {
  bytes: Buffer;
  offset?: number;
  chunks: number;
  headers?: Record<string, string>;
}

const offsetOf = async (gateway: Gateway, path: string): Promise<number> => {
  const { status, headers } = await tusClient(gateway).head(path);
  assert.equal(status, 200);
  return Number(headers['upload-offset']);
};

/** Sends the rest, and asserts that the job has the whole file. */
async function assertFinished(gateway: Gateway, path: string): Promise<void> {
  const offset = await offsetOf(gateway, path);
  const last = await tusClient(gateway).patch(path, offset, FILE.subarray(offset));
  const { document: job } = await gateway.jobs.get(String(last.headers['mp3-job']));
  assert.ok(FILE.equals(Buffer.concat(await Array.fromAsync(gateway.blobs.read(job.videoBlobId)))));
}

describe('an upload whose gateway was killed before it has saved a checkpoint', () => {
  for (const [what, begun] of [
    ['nothing', 0],
    ['a whole chunk', CHUNK],
    ['a part of a chunk', CHUNK + 300],
  ] as const)
    it(`goes on after every full chunk that is stored, where ${what} was sent before`, async () => {
      const stores = replicas();
      const path = await tusClient(stores.start()).create(FILE.length);
      if (begun > 0) await tusClient(stores.start()).patch(path, 0, FILE.subarray(0, begun));
      await patchUntilDeath(stores, path, { bytes: FILE.subarray(begun), offset: begun, chunks: 3 });
      const next = stores.start();
      assert.equal(await offsetOf(next, path), (Math.floor(begun / CHUNK) + 3) * CHUNK);
      await assertFinished(next, path);
    });

  it('refuses a PATCH at the earlier offset with 409, which sends its client to the later one', async () => {
    const stores = replicas();
    const path = await tusClient(stores.start()).create(FILE.length);
    await patchUntilDeath(stores, path, { bytes: FILE, chunks: 2 });
    const next = stores.start();
    assert.equal((await tusClient(next).patch(path, 0, FILE)).status, 409);
    assert.equal(await offsetOf(next, path), 2 * CHUNK);
    await assertFinished(next, path);
  });

  it('does not count chunks of a request whose checksum nobody has compared', async () => {
    const stores = replicas();
    const path = await tusClient(stores.start()).create(FILE.length);
    const headers = { 'upload-checksum': checksum(FILE) };
    await patchUntilDeath(stores, path, { bytes: OTHER, chunks: 3, headers });
    assert.equal(await offsetOf(stores.start(), path), 0);
    // The next request replaces the first chunk, and the others are still those of the wrong body.
    await patchUntilDeath(stores, path, { bytes: FILE, chunks: 1 });
    const next = stores.start();
    assert.equal(await offsetOf(next, path), 0);
    await assertFinished(next, path);
  });

  it('does not count chunks that a wrong checksum has left behind', async () => {
    const stores = replicas();
    const tus = tusClient(stores.start());
    const path = await tus.create(FILE.length);
    const wrong = await tus.patch(path, 0, OTHER, { 'upload-checksum': checksum(FILE) });
    assert.equal(wrong.status, 460);
    await patchUntilDeath(stores, path, { bytes: FILE, chunks: 1 });
    const next = stores.start();
    assert.equal(await offsetOf(next, path), 0);
    await assertFinished(next, path);
  });

  it('counts chunks that follow a request with a right checksum', async () => {
    const stores = replicas();
    const tus = tusClient(stores.start());
    const path = await tus.create(FILE.length);
    const begun = FILE.subarray(0, CHUNK);
    const right = await tus.patch(path, 0, begun, { 'upload-checksum': checksum(begun) });
    assert.equal(right.headers['upload-offset'], String(CHUNK));
    await patchUntilDeath(stores, path, { bytes: FILE.subarray(CHUNK), offset: CHUNK, chunks: 2 });
    const next = stores.start();
    assert.equal(await offsetOf(next, path), 3 * CHUNK);
    await assertFinished(next, path);
  });
});
