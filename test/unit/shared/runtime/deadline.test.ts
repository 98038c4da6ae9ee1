import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { describe, it } from 'node:test';
import { startDeadline } from '../../../../services/shared/runtime/deadline.ts';

const LONG = 60_000;

describe('a deadline', () => {
  it('aborts its signal with a TimeoutError when the time is over', async () => {
    using deadline = startDeadline(1);
    await once(deadline.signal, 'abort');
    assert.equal(deadline.signal.reason.name, 'TimeoutError');
    assert.equal(deadline.isOver, true);
  });

  for (const isBefore of [true, false])
    it(`passes the reason of a signal on that is aborted ${isBefore ? 'before' : 'after'} its start`, () => {
      const outer = new AbortController();
      const stop = () => outer.abort(new Error('called off'));
      if (isBefore) stop();
      using deadline = startDeadline(LONG, outer.signal);
      if (!isBefore) stop();
      assert.equal(deadline.signal.reason.message, 'called off');
      assert.equal(deadline.isOver, false);
    });

  it('is not over when its time ends after the outer signal was aborted', async () => {
    using deadline = startDeadline(1, AbortSignal.abort(new Error('called off')));
    using later = startDeadline(20);
    await once(later.signal, 'abort');
    assert.equal(deadline.signal.reason.message, 'called off');
    assert.equal(deadline.isOver, false);
  });

  it('keeps no timer and no listener when it is disposed of', async () => {
    const outer = new AbortController();
    let left: AbortSignal;
    {
      using deadline = startDeadline(1, outer.signal);
      left = deadline.signal;
      assert.equal(getEventListeners(outer.signal, 'abort').length, 1);
    }
    using later = startDeadline(20);
    await once(later.signal, 'abort');
    outer.abort();
    assert.equal(left.aborted, false);
    assert.equal(getEventListeners(outer.signal, 'abort').length, 0);
  });

  it('does not keep the process alive', (context) => {
    const start = context.mock.method(globalThis, 'setTimeout');
    using _deadline = startDeadline(LONG);
    const timer: NodeJS.Timeout | undefined = start.mock.calls[0]?.result;
    assert.equal(timer?.hasRef(), false);
  });
});
