import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { listenBounded } from './raw-connection.ts';

const MIB = 1024 ** 2;
/** The kernels of both sides keep some megabytes, so an answer has to be much larger. */
const SIZE = 64 * MIB;
const RATE = { bytesPerSecond: 100_000, windowMs: 1_500, tickMs: 100 };
const BOUNDS = { idleMs: 500, reading: RATE };

/** Serves bytes without end, or an event now and then, to a client that reads as `read` says. */
async function serve(test: TestContext, listener: Parameters<typeof listenBounded>[1]) {
  const { server, port } = await listenBounded(test, listener, BOUNDS);
  const accepted = once(server, 'connection');
  const client = connect(port, '127.0.0.1').pause();
  client.on('error', () => undefined);
  test.after(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [connection] = await accepted;
  const start = performance.now();
  const closed = once(connection, 'close').then(() => performance.now() - start);
  return { client, closed };
}

const pieces = (size: number) =>
  Readable.from(
    (function* () {
      for (let sent = 0; sent < SIZE; sent += size) yield Buffer.alloc(size);
    })(),
  );

describe('a client that does not read its answer', { timeout: 120_000, concurrency: true }, () => {
  for (const [what, listener] of [
    ['a download in small pieces', (_request, response) => void pieces(64 * 1024).pipe(response)],
    ['a download in pieces of 1 MiB', (_request, response) => void pieces(MIB).pipe(response)],
    ['one large answer', (_request, response) => void response.end(Buffer.alloc(SIZE))],
    [
      'an event stream that ignores how much waits',
      (_request, response) => {
        const timer = setInterval(() => response.write(Buffer.alloc(MIB / 4)), 20);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ] as [string, Parameters<typeof listenBounded>[1]][]) {
    it(`is cut off within bounded time during ${what}`, async (test) => {
      const { closed } = await serve(test, listener);
      const ms = await closed;
      assert.ok(ms >= RATE.windowMs && ms < 60_000, `${ms} ms`);
    });
  }
});

describe('a client that reads slowly', { timeout: 120_000, concurrency: true }, () => {
  /** Reads some bytes every 50 ms, and returns what it has after four windows, or when it is cut off. */
  async function readSlowly(test: TestContext, bytes: number, listener: Parameters<typeof listenBounded>[1]) {
    const { client, closed } = await serve(test, listener);
    const until = performance.now() + 4 * RATE.windowMs;
    let cut = false;
    void closed.then(() => {
      cut = true;
    });
    let got = 0;
    while (!cut && performance.now() < until) {
      got += client.read(Math.min(bytes, client.readableLength))?.length ?? 0;
      await setTimeout(50);
    }
    return { cut, got };
  }

  it('is left alone at four times the minimum rate', async (test) => {
    const { cut, got } = await readSlowly(
      test,
      20_000,
      (_request, response) => void pieces(MIB).pipe(response),
    );
    assert.equal(cut, false, `${got} bytes`);
  });

  it('is cut off at a hundredth of the minimum rate', async (test) => {
    const { cut } = await readSlowly(test, 50, (_request, response) => void pieces(MIB).pipe(response));
    assert.equal(cut, true);
  });

  it('is left alone while the server itself has nothing to send', async (test) => {
    const { cut } = await readSlowly(test, 1_000, (_request, response) => {
      response.write('begun');
      const timer = setInterval(() => response.write(': still here\n\n'), 400);
      response.once('close', () => clearInterval(timer));
    });
    assert.equal(cut, false);
  });
});
