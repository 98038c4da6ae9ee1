import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { MemoryLocker } from '@tus/server';
import { Agent } from 'undici';
import { fetchOver } from '../../../../../services/gateway/cli/connect.ts';
import { createTransport } from '../../../../../services/gateway/client/http/transport.ts';
import { type SendVideoPorts, sendVideo } from '../../../../../services/gateway/client/send-video.ts';
import type { Session } from '../../../../../services/gateway/client/session/session.ts';
import type { Film } from '../../../../../services/gateway/client/uploads/film.ts';
import { createMemoryUploads } from '../../../../../services/gateway/client/uploads/upload-store.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import { randomBytes, randomNumbers } from '../../../../support/random.ts';
import { createInterceptedStore } from '../../intercepted-store.ts';
import { asOwner, buildGateway, type Gateway } from '../../test-gateway.ts';
import { createTestClock } from '../test-clock.ts';
import { URL_OF_GATEWAY } from '../test-transport.ts';

const MIB = 1024 * 1024;
/** The first box of an MP4, by which the gateway recognizes a video, then noise, of which no byte may be lost. */
const FILM = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom'), randomBytes(12 * MIB + 777)]);

const film: Film = {
  file: { size: FILM.length, read: async (start, end) => new Uint8Array(FILM.subarray(start, end)) },
  ...{ name: 'Añ.mp4', type: 'video/mp4', identity: 'a film' },
};

/** The routes of a gateway, which can be killed and replaced, behind connections that can be cut. */
function build(context: TestContext) {
  const state = createMemoryState();
  const neverSettled = new Promise<never>(() => undefined);
  const start = () => {
    const process = { isDead: false };
    // A killed process neither reads nor writes any more. The lock in memory dies with it: nobody waits for a lease to end.
    const call = <T>(_name: string, call: () => Promise<T>) => (process.isDead ? neverSettled : call());
    const store = { ...createInterceptedStore(state, { call }), keys: state.keys };
    return {
      process,
      ...buildGateway({ state: store, locker: new MemoryLocker(), maxUploadBytes: 100 * MIB }),
    };
  };
  const network = {
    gateway: start(),
    /** Bytes that the client has sent, with headers. */
    sent: 0,
    /** Bytes after which the next connection is cut. */
    cutAfter: () => undefined as number | undefined,
    onCut: () => {},
    kill() {
      network.gateway.process.isDead = true;
      network.gateway = start();
      for (const [client, connection] of connections) {
        client.destroy();
        connection.destroy();
      }
      connections.clear();
    },
  };
  const server = createServer((request, response) => void network.gateway.app.callback()(request, response));
  const connections = new Map<Duplex, Duplex>();
  const dispatcher = new Agent({
    connect: (_options, callback) => {
      const [client, connection] = duplexPair();
      connections.set(client, connection);
      let left = network.cutAfter() ?? Number.POSITIVE_INFINITY;
      const write = client.write.bind(client) as (chunk: Uint8Array, ...rest: unknown[]) => boolean;
      client.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
        const part = bytes.subarray(0, left);
        left -= part.length;
        network.sent += part.length;
        if (left > 0) return write(part, ...rest.filter((one) => typeof one === 'function'));
        write(part);
        setImmediate(() => {
          client.destroy();
          connection.destroy();
          network.onCut();
        });
        return false;
      }) as never;
      server.emit('connection', connection);
      process.nextTick(callback, null, client as never);
    },
  });
  context.after(() => dispatcher.destroy());
  const transport = createTransport(URL_OF_GATEWAY, fetchOver(dispatcher));
  const session: Session = {
    url: URL_OF_GATEWAY,
    send: (request) => transport.send({ ...request, headers: { ...request.headers, ...asOwner } }),
    signIn: async () => undefined,
    logOut: async () => undefined,
  };
  const clock = createTestClock();
  const uploads = createMemoryUploads();
  const waits: unknown[] = [];
  const send = (ports: Partial<SendVideoPorts> = {}) =>
    sendVideo(session, film, {
      ...{ options: { bitrate: '192' }, uploads, clock, streaming: true },
      signal: new AbortController().signal,
      onRetry: (error) => waits.push(error),
      ...ports,
    });
  return { network, state, send, waits, uploads };
}

async function storedFilm({ jobs, blobs }: Gateway, id: string): Promise<Buffer> {
  const { document: job } = await jobs.get(id);
  assert.equal(job.filename, 'Añ.mp4');
  assert.deepEqual(job.options, { bitrate: 192 });
  return Buffer.concat(await Array.fromAsync(blobs.read(job.videoBlobId)));
}

describe('a film that is sent to the routes of the gateway', () => {
  for (const streaming of [true, false]) {
    it(`arrives whole ${streaming ? 'in one request' : 'in slices'}`, async (context) => {
      const { network, send } = build(context);
      const { id, kind, isEarlier } = await send({ streaming });
      assert.deepEqual([kind, isEarlier], ['whole', false]);
      assert.ok(FILM.equals(await storedFilm(network.gateway, id)));
    });
  }

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`arrives whole over ten cuts and three killed gateways, with at most a chunk sent twice for each (seed ${seed})`, async (context) => {
      const { network, send, state } = build(context);
      const random = randomNumbers(seed);
      let cuts = 10;
      let kills = 3;
      network.cutAfter = () => (cuts > 0 ? 20_000 + random(MIB) : undefined);
      network.onCut = () => {
        cuts -= 1;
        if (cuts % 3 === 0 && kills-- > 0) network.kill();
      };
      const { id } = await send({ streaming: seed % 2 === 0 });
      assert.ok(FILM.equals(await storedFilm(network.gateway, id)));
      // A second connection may have been open when the last one was cut.
      assert.ok(cuts <= 0, `${cuts} cuts are left`);
      const twice = network.sent - FILM.length;
      assert.ok(twice <= 13 * MIB, `${twice} bytes were sent twice`);
      context.diagnostic(`${twice} bytes sent twice or as headers, over 10 cuts and 3 killed gateways`);
      assert.deepEqual(
        state.keys().filter((key) => key.startsWith('job:')),
        [`job:${id}`],
      );
    });
  }

  it('goes on in another run, and a third run takes its job without sending a byte', async (context) => {
    const { network, send } = build(context);
    const stop = new AbortController();
    const onProgress = (bytes: number) => bytes > 5 * MIB && stop.abort(new Error('interrupted'));
    await assert.rejects(send({ signal: stop.signal, onProgress }), /interrupted/);
    const sentBefore = network.sent;
    network.kill();
    const resumed: number[] = [];
    const { id } = await send({ onResume: (bytes) => resumed.push(bytes) });
    assert.ok(FILM.equals(await storedFilm(network.gateway, id)));
    assert.ok((resumed[0] ?? 0) > 0, 'it resumes');
    assert.ok(network.sent <= FILM.length + MIB, `${network.sent} bytes, ${sentBefore} in the first run`);
    const sentInAll = network.sent;
    const third = await send({ onSending: () => assert.fail('something is sent') });
    assert.deepEqual([third.id, third.isEarlier], [id, true]);
    assert.ok(network.sent - sentInAll < 1000);
  });

  it('is sent once by two runs at the same time: the second waits for the first', async (context) => {
    const { network, send } = build(context);
    let waited = 0;
    const onWait = () => {
      waited += 1;
    };
    const [one, two] = await Promise.all([send({ onWait }), send({ onWait })]);
    assert.deepEqual([one.id, waited, one.isEarlier, two.isEarlier], [two.id, 1, false, true]);
    assert.ok(network.sent < FILM.length + 10_000);
  });

  it('is not damaged by two runs that do not know of each other', async (context) => {
    const { network, send, uploads } = build(context);
    // Both find the same unfinished upload, and nothing keeps them apart but the lock of the server.
    const stop = new AbortController();
    const onProgress = (bytes: number) => bytes > 2 * MIB && stop.abort(new Error('interrupted'));
    await assert.rejects(send({ signal: stop.signal, onProgress }));
    const apart = { ...uploads, exclusively: <T>(_: string, work: () => Promise<T>) => work() };
    const [one, two] = await Promise.all([send({ uploads: apart }), send({ uploads: apart })]);
    assert.equal(one.id, two.id);
    assert.ok(FILM.equals(await storedFilm(network.gateway, one.id)));
  });

  it('is sent again where its job was deleted', async (context) => {
    const { network, send } = build(context);
    const first = await send();
    const path = `/jobs/${first.id}`;
    assert.equal((await network.gateway.call('DELETE', path, { headers: asOwner })).status, 204);
    const second = await send();
    assert.notEqual(second.id, first.id);
    assert.ok(FILM.equals(await storedFilm(network.gateway, second.id)));
  });
});
