import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import {
  EXIT_REFUSED,
  StartupRefusal,
  startStartupCheck,
} from '../../../../services/shared/runtime/startup-check.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { logLines } from '../../../support/log-lines.ts';

function start(check: () => Promise<void>) {
  const lines = logLines();
  const stopping = new AbortController();
  const requireReady = startStartupCheck(check, {
    stoppingSignal: stopping.signal,
    log: createLog('gateway', 'info', lines),
  });
  return { requireReady, stopping, lines };
}

describe('startStartupCheck', () => {
  it('throws unavailable until the check has passed, and asks clients to come again soon', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { requireReady } = start(() => promise);
    await assert.rejects(requireReady(), { code: 'unavailable', headers: { 'Retry-After': '1' } });
    resolve();
    await runEventLoop(3);
    await requireReady();
  });

  it('repeats the check, and logs an unexpected error but not each outage', async () => {
    const errors = [unavailable('the store'), new Error('odd')];
    let isReady = false;
    const { requireReady, lines } = start(async () => {
      const error = errors.shift();
      if (error) throw error;
      isReady = true;
    });
    await eventually(() => isReady);
    await runEventLoop(3);
    await requireReady();
    assert.deepEqual(
      lines.objects().map(({ msg }) => msg),
      ['a startup check failed unexpectedly'],
    );
  });

  it('ends the process when the check refuses the infrastructure', async () => {
    const exit = mock.method(process, 'exit', (() => undefined) as never);
    try {
      const { lines } = start(async () => {
        throw new StartupRefusal('the store forgets');
      });
      await runEventLoop(3);
      assert.deepEqual(exit.mock.calls[0]?.arguments, [EXIT_REFUSED]);
      assert.equal(lines.objects().at(-1)?.msg, 'refused: the store forgets');
    } finally {
      exit.mock.restore();
    }
  });

  it('does not repeat the check once the service is stopping', async () => {
    let checks = 0;
    const { stopping, requireReady } = start(async () => {
      checks += 1;
      throw unavailable('the store');
    });
    await runEventLoop(3);
    stopping.abort();
    await runEventLoop(3);
    assert.equal(checks, 1);
    await assert.rejects(requireReady(), { code: 'unavailable' });
  });
});
