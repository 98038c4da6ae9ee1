import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEvents } from '../../../../services/gateway/client/parse-events.ts';
import { chunksOf } from './test-transport.ts';

describe('parseEvents', () => {
  const text =
    'retry: 1000\n\nevent: job\ndata: {"ä":1}\n\n: still here\n\ndata:a\r\ndata: b\r\n\r\ndata: cut off';
  for (const size of [1, 2, 7, 1000]) {
    it(`reads a stream that arrives in chunks of ${size} bytes`, async () => {
      const events = await Array.fromAsync(parseEvents(chunksOf(Buffer.from(text), size)));
      assert.deepEqual(
        events.map(({ event, data }) => ({ event, data })),
        [
          { event: 'job', data: '{"ä":1}' },
          { event: undefined, data: 'a\nb' },
        ],
      );
    });
  }

  it('refuses an event without an end before it fills the memory', async () => {
    const endless = chunksOf(Buffer.alloc(3_000_000, 'data'));
    await assert.rejects(Array.fromAsync(parseEvents(endless)), /max buffer size/);
  });
});
