import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitToStore } from '../../../../services/shared/dapr/fit-to-store.ts';
import { RawBytesRefused } from '../../../../services/shared/dapr/use-raw-bytes.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { logLines } from '../../../support/log-lines.ts';

/** Each trial ends in the next of these ways. Returns the number of trials, and the messages of the log. */
function begun(
  encoding: 'auto' | 'base64',
  ends: (Error | 'kept')[],
  stoppingSignal = new AbortController().signal,
) {
  const lines = logLines();
  let trials = 0;
  let limits = 0;
  const limitWrites = async () => void limits++;
  const useRawBytes = async () => {
    const end = ends[trials++];
    if (end !== 'kept') throw end;
  };
  fitToStore(
    { useRawBytes, limitWrites },
    { encoding, stoppingSignal, log: createLog('test', 'debug', lines) },
  );
  return {
    trials: () => trials,
    limits: () => limits,
    messages: () => lines.objects().map(({ msg }) => msg),
  };
}

describe('fitToStore', () => {
  it('logs once that blobs are saved as they are', async () => {
    const { trials, messages } = begun('auto', ['kept']);
    await eventually(() => messages().length > 0);
    assert.deepEqual([trials(), messages()], [1, ['blobs are saved as they are']]);
  });

  it('logs once that blobs are saved in base64, and why', async () => {
    const { trials, messages } = begun('auto', [new RawBytesRefused('3 bytes come back otherwise')]);
    await eventually(() => messages().length > 0);
    assert.equal(trials(), 1);
    assert.deepEqual(messages(), ['blobs are saved in base64: 3 bytes come back otherwise']);
  });

  it('tries again while the store is unavailable', async () => {
    const { trials, messages } = begun('auto', [unavailable('the store'), 'kept']);
    await eventually(() => messages().length > 1);
    const waiting = 'it is not known yet how the store keeps bytes';
    assert.deepEqual([trials(), messages()], [2, [waiting, 'blobs are saved as they are']]);
  });

  it('only limits the writes with the encoding base64', async () => {
    const { trials, limits, messages } = begun('base64', ['kept']);
    await eventually(() => messages().length > 0);
    assert.deepEqual([trials(), limits()], [0, 1]);
    assert.deepEqual(messages(), ['blobs are saved in base64: BLOB_ENCODING says so']);
  });

  it('logs nothing once the service stops', async () => {
    const stopped = AbortSignal.abort();
    const { trials, messages } = begun('auto', ['kept'], stopped);
    await runEventLoop();
    assert.deepEqual([trials(), messages()], [0, []]);
  });
});
