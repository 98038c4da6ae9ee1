import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { type BlobStore, createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { unavailable } from '../../services/shared/runtime/errors.ts';
import type { StateStore } from '../../services/shared/state/state-store.ts';
import { runEventLoop } from '../support/event-loop.ts';
import { randomBytes } from '../support/random.ts';
import type { FreshBlobs } from './blob-leftovers.ts';
import { type Fault, faultyState } from './faulty-state.ts';
import { type Holder, type ResumableUpload, resumableUpload } from './resumable-upload.ts';

const CHUNK = 1024 * 1024;
/** The first append keeps a tail, the second fills its chunk and keeps another, and the third fills two chunks. */
const ENDS = [9, CHUNK + 9, 3 * CHUNK + 9];
const bytes = randomBytes(ENDS.at(-1) ?? 0);

/** Uploads the rest as one gateway does, and takes the upload over first. `save` is an operation of the store, too. */
async function uploadRest(upload: ResumableUpload, blobs: BlobStore, fault: Fault): Promise<void> {
  const withFault = (holder: Holder) => ({
    save: (checkpoint: ResumableUpload['checkpoint']) =>
      fault(() => holder.save(checkpoint)) as Promise<void>,
  });
  await upload.takeOver().recover(blobs);
  for (const end of ENDS.filter((each) => each > upload.checkpoint.offset)) {
    const holder = upload.takeOver();
    await holder.append(blobs, end, withFault(holder));
  }
  await upload.takeOver().complete(blobs);
}

const unharmed: Fault = (operate) => operate();

/** Counts the operations of an upload without faults. */
async function countOperations(state: StateStore): Promise<number> {
  let count = 0;
  const counting: Fault = (operate) => {
    count++;
    return operate();
  };
  const upload = resumableUpload(bytes);
  const blobs = createBlobStore(faultyState(state, counting));
  await uploadRest(upload, blobs, counting);
  await blobs.delete(upload.id);
  return count;
}

/** What happens at one operation. The gateway that does it goes on only where it gets a result. */
const FAULTS: [what: string, fault: (operate: () => Promise<unknown>) => Promise<unknown>][] = [
  ['is refused', () => Promise.reject(new Error('refused'))],
  ['does not arrive', () => Promise.reject(unavailable('the store'))],
  ['arrives without a response', (operate) => operate().then(() => Promise.reject(unavailable('the store')))],
];

/** Whatever fails during an upload in parts, and whoever dies or is stopped: the next gateway completes the blob. */
export function blobAppendFaults(fresh: FreshBlobs): void {
  /** The operations that the tests hit: all where that is fast, and otherwise every seventh. */
  async function* operations(step: number) {
    const { state, advance } = fresh();
    const count = await countOperations(state);
    for (let number = 1; number <= count; number += advance ? 1 : step) yield number;
  }

  describe('an upload is completed by the next gateway when an operation', () => {
    for (const [what, act] of FAULTS) {
      test(what, async () => {
        for await (const number of operations(7)) {
          const { state, watch } = fresh();
          let count = 0;
          const fault: Fault = (operate) => (++count === number ? act(operate) : operate());
          const upload = resumableUpload(bytes);
          await uploadRest(upload, createBlobStore(faultyState(watch, fault)), fault).catch(() => undefined);
          await assertCompleted(upload, state, `operation ${number}`);
          await assertNothingLeft(upload, watch, `operation ${number}`);
        }
      });
    }

    // A process that was killed does nothing more. One that was stopped goes on later, and its operation arrives then.
    for (const [what, isDone] of [
      ['is the last before kill -9', true],
      ['is the first that kill -9 prevents', false],
    ] as const) {
      test(what, async () => {
        for await (const number of operations(7)) {
          const { state, watch } = fresh();
          const { fault, stopped } = stopAt(number, isDone);
          const upload = resumableUpload(bytes);
          const dead = uploadRest(upload, createBlobStore(faultyState(watch, fault)), fault);
          await Promise.race([stopped, dead.catch(() => undefined)]);
          await runEventLoop(20);
          await assertCompleted(upload, state, `operation ${number}`);
          await assertNothingLeft(upload, watch, `operation ${number}`);
        }
      });
    }

    for (const [what, isDone] of [
      ['has ended when its process is stopped, which goes on too late', true],
      ['begins when its process is stopped, which goes on too late', false],
    ] as const) {
      test(what, async () => {
        for await (const number of operations(7)) {
          const { state, watch } = fresh();
          const { fault, stopped, goOn } = stopAt(number, isDone);
          const upload = resumableUpload(bytes);
          const late = uploadRest(upload, createBlobStore(faultyState(watch, fault)), fault);
          await Promise.race([stopped, late.catch(() => undefined)]);
          await runEventLoop(20);
          await assertCompleted(upload, state, `operation ${number}`);
          goOn();
          await late.catch(() => undefined);
          assert.ok(bytes.equals(await buffer(createBlobStore(state).read(upload.id))));
          await assertNothingLeft(upload, watch, `operation ${number}`);
        }
      });
    }
  });
}

/** Stops a process at one operation: all that it begins from then on waits for `goOn`. */
function stopAt(number: number, isDone: boolean) {
  const stop = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let count = 0;
  const fault: Fault = async (operate) => {
    const own = ++count;
    if (own < number) return operate();
    const result = own === number && isDone ? await operate() : undefined;
    stop.resolve();
    await gate.promise;
    return own === number && isDone ? result : operate();
  };
  return { fault, stopped: stop.promise, goOn: gate.resolve };
}

/** Completes the upload as another gateway does, and reads it. */
async function assertCompleted(upload: ResumableUpload, state: StateStore, at: string): Promise<void> {
  const blobs = createBlobStore(state);
  await uploadRest(upload, blobs, unharmed);
  assert.ok(bytes.equals(await buffer(blobs.read(upload.id))), at);
}

async function assertNothingLeft(
  { id }: ResumableUpload,
  watch: StateStore & { remaining(): Promise<string[]> },
  at: string,
): Promise<void> {
  await createBlobStore(watch).delete(id);
  assert.deepEqual(await watch.remaining(), [], at);
}
