import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { downloadMp3 } from '../../../../services/gateway/client/download.ts';
import { clock } from '../../../../services/gateway/client/http/clock.ts';
import { UnreachableError } from '../../../../services/gateway/client/http/errors.ts';
import { createTransport } from '../../../../services/gateway/client/http/transport.ts';
import { register, requestTokens } from '../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../services/gateway/client/session/tokens.ts';
import { uploadVideo, type Video } from '../../../../services/gateway/client/uploads/plain-upload.ts';
import { watchJob } from '../../../../services/gateway/client/watch-job.ts';
import { listen } from '../../../support/listen.ts';
import { createTestGateway, mp4 } from '../../../unit/gateway/client/test-gateway.ts';
import { chunksOf } from '../../../unit/gateway/client/test-transport.ts';

const USER = { email: 'ann@example.com', password: 'open: sésame' };
const VIDEO = mp4(1_000_000);
const { signal } = new AbortController();

const bodies: [kind: string, open: Video['open']][] = [
  ['Blob', () => new Blob([new Uint8Array(VIDEO)])],
  ['stream', () => ReadableStream.from(chunksOf(VIDEO))],
];

describe('the client over the fetch of the platform', () => {
  for (const [kind, open] of bodies) {
    it(`uploads a ${kind}, watches the job, and downloads the MP3`, async (context) => {
      const { app, audio } = createTestGateway(context);
      const transport = createTransport(await listen(context, app), fetch);
      await register(transport, USER, signal);
      const session = createSession({ transport, tokens: createMemoryTokens(), clock, signal });
      session.start(await requestTokens(transport, USER, signal));
      const progress: number[] = [];
      const video = { name: 'a.mp4', size: VIDEO.length, type: 'video/mp4', open };
      const onProgress = (bytes: number) => void progress.push(bytes);
      const { id } = await uploadVideo(session, video, {
        key: 'one',
        options: {},
        clock,
        signal,
        onProgress,
      });
      assert.deepEqual([progress[0], progress.at(-1)], [0, VIDEO.length]);
      const { mp3 } = await watchJob(session, id, { clock, signal, onChange: () => undefined });
      assert.ok(mp3);
      const chunks = await Array.fromAsync(
        downloadMp3(session, { id, ...mp3 }, { clock, signal, from: 1000 }),
      );
      assert.deepEqual(Buffer.concat(chunks), audio.subarray(1000));
    });
  }

  it('reports that nothing listens at the address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const url = `http://127.0.0.1:${port}`;
    const transport = createTransport(url, fetch);
    await assert.rejects(transport.send({ method: 'GET', path: '/jobs', signal }), (error) => {
      assert.ok(error instanceof UnreachableError);
      assert.equal(error.message, `Nothing answers at ${url} (ECONNREFUSED).`);
      return true;
    });
  });
});
