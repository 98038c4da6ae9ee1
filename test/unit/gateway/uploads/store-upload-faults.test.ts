import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { firstOf, isAppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { turns } from '../../../support/event-loop.ts';
import type { Intercept } from '../job-index/intercepted-state.ts';
import { acceptOverMemory, VIDEO } from './store-upload-over-memory.ts';

type World = ReturnType<typeof acceptOverMemory>;
type Fault = <T>(call: () => Promise<T>) => Promise<T>;

const never = <T>() => new Promise<T>(() => undefined);

/** The n-th call of the store meets the fault, those after it `then`. */
function atCall(number: number, fault: Fault, then: Fault = (call) => call()): Intercept {
  let count = 0;
  return (_what, call) => {
    count++;
    if (count < number) return call();
    return count === number ? fault(call) : then(call);
  };
}

/** An upload whose n-th call meets a fault: its job, its error, or neither when it is dead. */
async function underFault(
  { on, accept, clock }: World,
  intercept: Intercept,
  during = async () => undefined,
) {
  on.call = intercept;
  const outcome: { job?: Job; error?: unknown } = {};
  accept().then(
    (job) => {
      outcome.job = job;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  await turns(300);
  await during();
  // Some try again after a pause.
  for (let pauses = 0; pauses < 20; pauses++) {
    await turns(20);
    clock.advance(50);
  }
  return outcome;
}

async function assertConvertible({ stored, open, blobs }: World, id: string): Promise<void> {
  const job = (await stored(id)) ?? assert.fail('the job is gone');
  assert.equal(job.status, 'queued');
  assert.ok(VIDEO.equals(await buffer(blobs.read(job.videoBlobId))), 'its video is there');
  assert.deepEqual(await open(), [id]);
}

/** Nothing, unless a whole job. */
async function assertAllOrNothing(world: World): Promise<void> {
  for (let passes = 0; passes < 4; passes++) await world.standStill();
  const ids = world.memory.keys().flatMap((key) => /^job:(.*)/.exec(key)?.[1] ?? []);
  assert.ok(ids.length <= 1);
  const [id] = ids;
  if (id !== undefined && (await world.stored(id))?.status === 'queued') {
    return assertConvertible(world, id);
  }
  assert.deepEqual(await world.left(), []);
}

/** How many calls an upload makes when all is well. */
async function callsOf(context: TestContext): Promise<number> {
  const world = acceptOverMemory(context);
  await world.accept();
  return world.calls.length;
}
let calls = 0;
test('an upload makes the calls that are broken below', async (context) => {
  calls = await callsOf(context);
  assert.ok(calls > 15 && calls < 40, `${calls}`);
});

const positions = async (run: (number: number) => Promise<unknown>) => {
  for (let number = 1; number <= calls; number++) await run(number);
};

describe('one call of the store fails:', () => {
  const late: (() => Promise<unknown>)[] = [];
  const FAULTS: [how: string, fault: Fault][] = [
    ['it was not carried out', () => Promise.reject(unavailable('the store'))],
    [
      'it was carried out, and its answer is lost',
      async (call) => {
        await call();
        throw unavailable('the store');
      },
    ],
    [
      'it is carried out only when the client has its answer',
      (call) => {
        late.push(call);
        return Promise.reject(unavailable('the store'));
      },
    ],
  ];
  for (const [how, fault] of FAULTS) {
    test(`${how}. Then there is a 202 and a job, or an error and nothing`, async (context) => {
      await positions((number) =>
        context.test(`call ${number}`, async (context) => {
          late.length = 0;
          const world = acceptOverMemory(context);
          const { job, error } = await underFault(world, atCall(number, fault));
          for (const call of late) await call().catch(() => undefined);
          if (job) return assertConvertible(world, job.id);
          assert.equal((error as { code?: string }).code ?? (error as Error).name, 'unavailable');
          assert.deepEqual(world.announced, []);
          await assertAllOrNothing(world);
        }),
      );
    });
  }

  test('it made the job, and its answer is lost: the job stays, for a second try under the same key may have been told of it', async (context) => {
    const world = acceptOverMemory(context);
    let saves = 0;
    const { error } = await underFault(world, async (what, call) => {
      const result = await call();
      if (what.startsWith('put job:') && ++saves === 2) throw unavailable('the store');
      return result;
    });
    assert.ok(isAppError(error, 'unavailable'));
    for (let passes = 0; passes < 4; passes++) await world.standStill();
    const [id = ''] = await world.open();
    await assertConvertible(world, id);
  });

  test('and so do all after it: nothing is left that the sweep does not find', async (context) => {
    await positions((number) =>
      context.test(`call ${number}`, async (context) => {
        const world = acceptOverMemory(context);
        const fail: Fault = () => Promise.reject(unavailable('the store'));
        const { job } = await underFault(world, atCall(number, fail, fail));
        assert.equal(job, undefined);
        await assertAllOrNothing(world);
        assert.deepEqual(await world.left(), []);
      }),
    );
  });
});

test('a store that is gone does not hold up the answer: what remains is for the sweep', async (context) => {
  const world = acceptOverMemory(context);
  let gone = false;
  const { error } = await underFault(world, (what, call) => {
    if (what.startsWith('putBytes')) gone = true;
    if (!gone) return call();
    return what.includes('job:') ? never() : Promise.reject(unavailable('the store'));
  });
  assert.ok(isAppError(firstOf(error), 'unavailable'), String(error));
});

describe('a gateway is killed', () => {
  for (const [when, fault] of [
    ['before a call of the store', () => never()],
    ['just after it', (call) => call().then(() => never())],
  ] as [string, Fault][]) {
    test(`${when}: a sweep of another finds what there is`, async (context) => {
      await positions((number) =>
        context.test(`call ${number}`, async (context) => {
          const world = acceptOverMemory(context);
          const { job } = await underFault(
            world,
            atCall(number, fault, () => never()),
          );
          assert.equal(job, undefined);
          await assertAllOrNothing(world);
        }),
      );
    });
  }
});

describe('a gateway stands still for minutes and comes back', () => {
  for (const [when, execute] of [
    ['before a call of the store', false],
    ['just after it', true],
  ] as const) {
    test(`${when}: its client gets a 503, and nothing remains; or it gets a 202, and there is the job`, async (context) => {
      await positions((number) =>
        context.test(`call ${number}`, async (context) => {
          const world = acceptOverMemory(context);
          const gate = Promise.withResolvers<void>();
          const wait: Fault = (call) => gate.promise.then(call);
          const first: Fault = async (call) => {
            if (!execute) return wait(call);
            const result = await call();
            await gate.promise;
            return result;
          };
          const { job, error } = await underFault(world, atCall(number, first, wait), async () => {
            for (let passes = 0; passes < 4; passes++) await world.standStill();
            gate.resolve();
          });
          if (job) return assertConvertible(world, job.id);
          assert.equal((error as { code?: string }).code, 'unavailable');
          assert.deepEqual(world.announced, []);
          await assertAllOrNothing(world);
          assert.deepEqual(await world.left(), []);
        }),
      );
    });
  }
});

test('a gateway that stood still before its job was there, and is killed later, leaves no chunk that the sweep does not find', async (context) => {
  const isBlob = (key: string) => /^(blob|chunk):/.test(key);
  for (const stop of [1, 2, 3, 4]) {
    for (let kill = stop + 1; kill <= calls; kill++) {
      await context.test(`stopped at call ${stop}, killed at call ${kill}`, async (context) => {
        const world = acceptOverMemory(context);
        const gate = Promise.withResolvers<void>();
        let count = 0;
        const intercept: Intercept = async (_what, call) => {
          count++;
          if (count === stop) await gate.promise;
          return count >= kill ? never() : call();
        };
        await underFault(world, intercept, async () => {
          for (let passes = 0; passes < 4; passes++) await world.standStill();
          gate.resolve();
        });
        const whole = world.memory.keys().some(isBlob) && (await world.open()).length === 1;
        for (let passes = 0; passes < 4; passes++) await world.standStill();
        const [id] = await world.open();
        if (whole && id !== undefined) return assertConvertible(world, id);
        assert.deepEqual(world.memory.keys().filter(isBlob), []);
      });
    }
  }
});
