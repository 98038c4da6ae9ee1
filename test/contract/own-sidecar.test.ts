import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { signalProcess } from '../../deploy/process/child.ts';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { createGrpcClient } from '../../services/shared/dapr/grpc-client.ts';
import { GRPC_SAVE_STATE, sidecarHeaders } from '../../services/shared/dapr/names.ts';
import { saveFrameHead } from '../../services/shared/dapr/save-frame.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/dapr/sidecar.ts';
import { RAW_MARKER } from '../../services/shared/dapr/stored-bytes.ts';
import { firstOf, isAppError } from '../../services/shared/runtime/errors.ts';
import { inPieces, randomBytes } from '../support/random.ts';
import { type OwnSidecar, startOwnSidecar } from './own-sidecar.ts';

const MIB = 1024 ** 2;
const { signal } = new AbortController();
const UNAVAILABLE = { code: 'unavailable' };

describe('bytes that are saved as they are, through a sidecar that fails', () => {
  let own: OwnSidecar;
  let sidecar: Sidecar;
  before(async () => {
    own = await startOwnSidecar();
    sidecar = connectSidecar(own.address);
    await sidecar.useRawBytes(signal);
  });
  after(async () => {
    await sidecar?.close();
    await own?.stop();
  });

  it('are refused with a wrong token, by both APIs of the sidecar', async () => {
    const { host, port, grpcPort } = own.address;
    const token = 'a wrong token';
    const stranger = connectSidecar({ host, port, grpcPort, apiToken: token });
    await assert.rejects(stranger.useRawBytes(signal), (error: Error) => {
      assert.match(String(error.cause), /invalid api token/);
      return isAppError(error, 'unavailable');
    });
    await stranger.close();
    const grpc = createGrpcClient(`http://${host}:${grpcPort}`, sidecarHeaders(token));
    const frame = saveFrameHead('contract:stranger', { marker: RAW_MARKER, length: 0, metadata: {} });
    const call = grpc.call({ path: GRPC_SAVE_STATE, frame, timeoutMs: 10_000 });
    await assert.rejects(call, /gRPC status 16/);
    await grpc.close();
    assert.equal(await sidecar.state.getBytes('contract:stranger'), undefined);
  });

  it('end with the reason of a signal in the middle of a put, and leave the old value or the new one', async () => {
    const key = `contract:${randomUUID()}`;
    const old = randomBytes(MIB, 1);
    await sidecar.state.putBytes(key, old);
    for (let round = 0; round < 20; round++) {
      const changed = randomBytes(MIB, 2 + round);
      const off = new AbortController();
      const putting = sidecar.state.putBytes(key, changed, { signal: off.signal });
      setImmediate(() => off.abort(new Error('called off')));
      await putting.catch((error: Error) => assert.equal(error.message, 'called off'));
      const kept = await sidecar.state.getBytes(key);
      assert.ok(kept?.equals(old) || kept?.equals(changed), `round ${round}`);
      await sidecar.state.putBytes(key, old);
    }
    await sidecar.state.delete(key);
  });

  it('are unavailable where the sidecar is killed in the middle of a write, which nobody can read, and work again afterwards', async () => {
    const blobs = createBlobStore(sidecar.state);
    const id = randomUUID();
    const expires = new Date(Date.now() + 3600_000);
    const kill = () => signalProcess(own.child().pid, 'SIGKILL');
    async function* source() {
      for (let number = 0; number < 64; number++) {
        yield randomBytes(MIB, number + 1);
        if (number === 9) kill();
      }
    }
    await assert.rejects(blobs.write(id, source(), { expires }), (error) =>
      isAppError(firstOf(error), 'unavailable'),
    );
    await own.child().exited;
    await assert.rejects(sidecar.state.putBytes('contract:gone', Buffer.of(1)), UNAVAILABLE);
    await own.restart();
    assert.equal(await blobs.stat(id), undefined);
    await blobs.delete(id);
    const bytes = randomBytes(3 * MIB + 5, 7);
    const again = await blobs.write(randomUUID(), inPieces(bytes), { expires });
    assert.ok(bytes.equals(await buffer(blobs.read(again.id))));
    await blobs.delete(again.id);
  });

  it('are unavailable after 10 s where the sidecar is frozen, and work again afterwards', async () => {
    const key = `contract:${randomUUID()}`;
    const { pid } = own.child();
    signalProcess(pid, 'SIGSTOP');
    try {
      const begin = performance.now();
      await assert.rejects(sidecar.state.putBytes(key, randomBytes(MIB)), UNAVAILABLE);
      assert.ok(performance.now() - begin < 40_000);
    } finally {
      signalProcess(pid, 'SIGCONT');
    }
    await sidecar.state.putBytes(key, Buffer.of(1));
    assert.deepEqual(await sidecar.state.getBytes(key), Buffer.of(1));
    await sidecar.state.delete(key);
  });
});
