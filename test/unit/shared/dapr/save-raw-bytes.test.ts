import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { saveRawBytes } from '../../../../services/shared/dapr/save-raw-bytes.ts';
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
  const useRawBytes = async () => {
    const end = ends[trials++];
    if (end !== 'kept') throw end;
  };
  saveRawBytes({ useRawBytes }, { encoding, stoppingSignal, log: createLog('test', 'debug', lines) });
  return { trials: () => trials, messages: () => lines.objects().map(({ msg }) => msg) };
}

describe('saveRawBytes', () => {
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
    await eventually(() => messages().length > 0);
    assert.deepEqual([trials(), messages()], [2, ['blobs are saved as they are']]);
  });

  it('does not try anything with the encoding base64', async () => {
    const { trials, messages } = begun('base64', ['kept']);
    await runEventLoop();
    assert.deepEqual([trials(), messages()], [0, ['blobs are saved in base64, as BLOB_ENCODING says']]);
  });

  it('logs nothing once the service stops', async () => {
    const stopped = AbortSignal.abort();
    const { trials, messages } = begun('auto', ['kept'], stopped);
    await runEventLoop();
    assert.deepEqual([trials(), messages()], [0, []]);
  });
});
