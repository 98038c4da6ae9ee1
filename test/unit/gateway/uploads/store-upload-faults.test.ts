import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { firstOf, isAppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import type { Intercept } from '../intercepted-store.ts';
import { createInMemoryUploads, VIDEO } from './in-memory-uploads.ts';

type Harness = ReturnType<typeof createInMemoryUploads>;
type Fault = <T>(call: () => Promise<T>) => Promise<T>;

const never = <T>() => new Promise<T>(() => undefined);

/** Injects the fault into the n-th call of the store, and `then` into each later call. */
function atCall(number: number, fault: Fault, then: Fault = (call) => call()): Intercept {
  let count = 0;
  return (_what, call) => {
    count++;
    if (count < number) return call();
    return count === number ? fault(call) : then(call);
  };
}

/** Runs an upload with the given intercept. Returns its job or its error, or neither when its gateway has died. */
async function uploadWithFault(
  { uploadStore, storeUpload, clock }: Harness,
  intercept: Intercept,
  during = async () => undefined,
) {
  uploadStore.call = intercept;
  const outcome: { job?: Job; error?: unknown } = {};
  storeUpload().then(
    (job) => {
      outcome.job = job;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  await runEventLoop(300);
  await during();
  // Some calls are tried again after a pause.
  for (let pauses = 0; pauses < 20; pauses++) {
    await runEventLoop(20);
    clock.advance(50);
  }
  return outcome;
}

async function assertConvertible({ findJob, activeIds, blobs }: Harness, id: string): Promise<void> {
  const job = (await findJob(id)) ?? assert.fail('the job is gone');
  assert.equal(job.status, 'queued');
  assert.ok(VIDEO.equals(await buffer(blobs.read(job.videoBlobId))), 'the video is damaged');
  assert.deepEqual(await activeIds(), [id]);
}

/** Asserts that the store holds either a whole job or nothing. */
async function assertAllOrNothing(harness: Harness): Promise<void> {
  for (let passes = 0; passes < 4; passes++) await harness.passUntilStalled();
  const ids = harness.memory.keys().flatMap((key) => /^job:(.*)/.exec(key)?.[1] ?? []);
  assert.ok(ids.length <= 1);
  const [id] = ids;
  if (id !== undefined && (await harness.findJob(id))?.status === 'queued') {
    return assertConvertible(harness, id);
  }
  assert.deepEqual(await harness.remaining(), []);
}

/** Counts the calls of the store that an upload makes when nothing fails, in a subtest, because the count needs its own clock. */
async function countCalls(context: TestContext): Promise<number> {
  let calls = 0;
  await context.test('makes 16 to 39 calls of the store without a fault', async (context) => {
    const harness = createInMemoryUploads(context);
    await harness.storeUpload();
    calls = harness.calls.length;
    assert.ok(calls > 15 && calls < 40, `${calls}`);
  });
  return calls;
}

/** Runs a subtest for each call of the store that an upload makes. */
async function forEachCall(
  context: TestContext,
  run: (number: number, context: TestContext) => Promise<unknown>,
): Promise<void> {
  const calls = await countCalls(context);
  for (let number = 1; number <= calls; number++)
    await context.test(`holds for call ${number} of the store`, async (context) => {
      await run(number, context);
    });
}

describe('createStoreUpload, when a call of the store fails', () => {
  const late: (() => Promise<unknown>)[] = [];
  const FAULTS: [how: string, fault: Fault][] = [
    ['was not executed', () => Promise.reject(unavailable('the store'))],
    [
      'was executed and lost its response',
      async (call) => {
        await call();
        throw unavailable('the store');
      },
    ],
    [
      'is executed only after the client has its answer',
      (call) => {
        late.push(call);
        return Promise.reject(unavailable('the store'));
      },
    ],
  ];
  for (const [how, fault] of FAULTS) {
    test(`returns a stored job, or fails and leaves nothing, when one call ${how}`, async (context) => {
      await forEachCall(context, async (number, context) => {
        late.length = 0;
        const harness = createInMemoryUploads(context);
        const { job, error } = await uploadWithFault(harness, atCall(number, fault));
        for (const call of late) await call().catch(() => undefined);
        if (job) return assertConvertible(harness, job.id);
        assert.equal((error as { code?: string }).code ?? (error as Error).name, 'unavailable');
        assert.deepEqual(harness.publishedVideos, []);
        await assertAllOrNothing(harness);
      });
    });
  }

  test('keeps the job when the call that accepts it loses its response, because a second try with the same key may return it', async (context) => {
    const harness = createInMemoryUploads(context);
    let saves = 0;
    const { error } = await uploadWithFault(harness, async (what, call) => {
      const result = await call();
      if (what.startsWith('put job:') && ++saves === 2) throw unavailable('the store');
      return result;
    });
    assert.ok(isAppError(error, 'unavailable'));
    for (let passes = 0; passes < 4; passes++) await harness.passUntilStalled();
    const [id = ''] = await harness.activeIds();
    await assertConvertible(harness, id);
  });

  test('leaves nothing that the sweep does not find when all later calls fail too', async (context) => {
    await forEachCall(context, async (number, context) => {
      const harness = createInMemoryUploads(context);
      const fail: Fault = () => Promise.reject(unavailable('the store'));
      const { job } = await uploadWithFault(harness, atCall(number, fail, fail));
      assert.equal(job, undefined);
      await assertAllOrNothing(harness);
      assert.deepEqual(await harness.remaining(), []);
    });
  });
});

test('createStoreUpload fails without waiting for a store that does not answer, and leaves the rest to the sweep', async (context) => {
  const harness = createInMemoryUploads(context);
  let gone = false;
  const { error } = await uploadWithFault(harness, (what, call) => {
    if (what.startsWith('putBytes')) gone = true;
    if (!gone) return call();
    return what.includes('job:') ? never() : Promise.reject(unavailable('the store'));
  });
  assert.ok(isAppError(firstOf(error), 'unavailable'), String(error));
});

describe('createStoreUpload, in a gateway that is killed', () => {
  for (const [when, fault] of [
    ['before a call of the store', () => never()],
    ['just after a call of the store', (call) => call().then(() => never())],
  ] as [string, Fault][]) {
    test(`leaves only what the sweep of another gateway finds, when it dies ${when}`, async (context) => {
      await forEachCall(context, async (number, context) => {
        const harness = createInMemoryUploads(context);
        const { job } = await uploadWithFault(
          harness,
          atCall(number, fault, () => never()),
        );
        assert.equal(job, undefined);
        await assertAllOrNothing(harness);
      });
    });
  }
});

describe('createStoreUpload, in a gateway that is paused for minutes', () => {
  for (const [when, execute] of [
    ['before a call of the store', false],
    ['just after a call of the store', true],
  ] as const) {
    test(`fails with unavailable and leaves nothing, or returns a stored job, when it was paused ${when}`, async (context) => {
      await forEachCall(context, async (number, context) => {
        const harness = createInMemoryUploads(context);
        const resumed = Promise.withResolvers<void>();
        const wait: Fault = (call) => resumed.promise.then(call);
        const first: Fault = async (call) => {
          if (!execute) return wait(call);
          const result = await call();
          await resumed.promise;
          return result;
        };
        const { job, error } = await uploadWithFault(harness, atCall(number, first, wait), async () => {
          for (let passes = 0; passes < 4; passes++) await harness.passUntilStalled();
          resumed.resolve();
        });
        if (job) return assertConvertible(harness, job.id);
        assert.equal((error as { code?: string }).code, 'unavailable');
        assert.deepEqual(harness.publishedVideos, []);
        await assertAllOrNothing(harness);
        assert.deepEqual(await harness.remaining(), []);
      });
    });
  }
});

test('createStoreUpload leaves no chunk that the sweep does not find in a gateway that was paused before the job was saved and is killed later', async (context) => {
  const isBlob = (key: string) => /^(blob|chunk):/.test(key);
  const calls = await countCalls(context);
  for (const stop of [1, 2, 3, 4]) {
    for (let kill = stop + 1; kill <= calls; kill++) {
      await context.test(`holds for a stop at call ${stop} and a kill at call ${kill}`, async (context) => {
        const harness = createInMemoryUploads(context);
        const resumed = Promise.withResolvers<void>();
        let count = 0;
        const intercept: Intercept = async (_what, call) => {
          count++;
          if (count === stop) await resumed.promise;
          return count >= kill ? never() : call();
        };
        await uploadWithFault(harness, intercept, async () => {
          for (let passes = 0; passes < 4; passes++) await harness.passUntilStalled();
          resumed.resolve();
        });
        const whole = harness.memory.keys().some(isBlob) && (await harness.activeIds()).length === 1;
        for (let passes = 0; passes < 4; passes++) await harness.passUntilStalled();
        const [id] = await harness.activeIds();
        if (whole && id !== undefined) return assertConvertible(harness, id);
        assert.deepEqual(harness.memory.keys().filter(isBlob), []);
      });
    }
  }
});
