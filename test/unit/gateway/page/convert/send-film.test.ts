import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionLostError, ProblemError } from '../../../../../services/gateway/client/http/errors.ts';
import type { SentVideo } from '../../../../../services/gateway/client/send-video.ts';
import type { Film } from '../../../../../services/gateway/client/uploads/film.ts';
import { sendFilm } from '../../../../../services/gateway/page/app/convert/films/send-film.ts';
import { createTimeLeft } from '../../../../../services/gateway/page/app/convert/films/time-left.ts';

const FILM = {} as Film;
const SENT = { id: 'x' } as SentVideo;
const problem = (status: number, code: 'too_many_requests' | 'unavailable' | 'too_large' | 'invalid_token') =>
  new ProblemError('x', { status, code });

/** Sends a film over a client that fails in these ways before it succeeds. */
async function send(failures: unknown[], controller = new AbortController()) {
  const troubles: unknown[] = [];
  const left = [...failures];
  const sent = await sendFilm(
    FILM,
    { options: {} },
    {
      client: {
        async send() {
          const failure = left.shift();
          if (failure !== undefined) throw failure;
          return SENT;
        },
      },
      untilRecovered: async (signal) => signal.throwIfAborted(),
      onTrouble: (error) => troubles.push(error),
      signal: controller.signal,
    },
  );
  return { sent, troubles };
}

const PASSING = [
  new ConnectionLostError('x'),
  problem(429, 'too_many_requests'),
  problem(503, 'unavailable'),
  new TypeError('Failed to fetch dynamically imported module: /assets/x.js'),
];

describe('sending a film', () => {
  it('retries until it succeeds, and reports each problem', async () => {
    const failures = Array.from({ length: 5 }, () => PASSING).flat();
    assert.deepEqual(await send(failures), { sent: SENT, troubles: failures });
  });

  for (const failure of [
    problem(413, 'too_large'),
    problem(401, 'invalid_token'),
    new TypeError('x is undefined'),
  ])
    it(`stops when a retry cannot help: ${failure.message}`, async () => {
      await assert.rejects(send([failure]), failure);
    });

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController();
    controller.abort(new Error('paused'));
    await assert.rejects(send(PASSING, controller), /paused/);
  });
});

describe('the remaining time of an upload', () => {
  it('is computed from the speed of the last minute, once that is known', () => {
    let now = 0;
    const left = createTimeLeft(() => now);
    const update = (at: number, sent: number) => {
      now = at;
      return left.update(sent, 1_000);
    };
    assert.equal(update(0, 100), undefined);
    assert.equal(update(1_000, 200), undefined);
    assert.equal(update(5_000, 600), 4);
    // Some bytes have to be sent again.
    assert.equal(update(6_000, 500), 7.5);
    assert.equal(update(200_000, 510), undefined);
    assert.equal(update(210_000, 520), 480);
  });
});
