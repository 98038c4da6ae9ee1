import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { ReadOptions } from '../../../../services/shared/blobs/blob-store.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { flat } from '../../../support/job.ts';
import { listen } from '../../../support/listen.ts';
import { MP3, withMp3 } from '../../../unit/gateway/gateway-with-mp3.ts';
import { asOwner } from '../../../unit/gateway/test-gateway.ts';

describe('GET /download/:id', () => {
  test('resets the connection when the download fails half way, so that the client notices', {
    timeout: 120_000,
  }, async (context) => {
    const gateway = await withMp3({ bytes: MP3 });
    await gateway.state.delete(`chunk:${flat(gateway.job).mp3BlobId}:2`);
    const url = await listen(context, gateway.app);
    const [answer] = (await once(
      request(`${url}/download/${gateway.job.id}`, { headers: asOwner }).end(),
      'response',
    )) as [IncomingMessage];
    assert.equal(answer.statusCode, 200);
    await assert.rejects(buffer(answer), { code: 'ECONNRESET' });
    const [line] = gateway.lines.objects().filter(({ level }) => level >= 50);
    assert.deepEqual([line.msg, line.job_id], ['a download broke off', gateway.job.id]);
  });

  test('stops reading the blob when the client goes away, and logs no error', {
    timeout: 120_000,
  }, async (context) => {
    const gateway = await withMp3({ bytes: MP3 });
    const read = context.mock.method(gateway.blobs, 'read');
    const url = await listen(context, gateway.app);
    const download = request(`${url}/download/${gateway.job.id}`, { headers: asOwner }).end();
    download.on('error', () => undefined);
    await once(download, 'response');
    download.destroy();
    await eventually(() => read.mock.calls[0]?.result?.destroyed === true);
    await runEventLoop();
    assert.deepEqual(
      gateway.lines.objects().filter(({ level }) => level >= 50),
      [],
    );
  });

  test('logs no error when the client goes away before the first byte', {
    timeout: 120_000,
  }, async (context) => {
    const gateway = await withMp3();
    const nothing = (_id: string, { signal }: ReadOptions = {}) =>
      new Readable({ read: () => undefined, ...(signal && { signal }) });
    const read = context.mock.method(gateway.blobs, 'read', nothing);
    const url = await listen(context, gateway.app);
    const download = request(`${url}/download/${gateway.job.id}`, { headers: asOwner }).end();
    download.on('error', () => undefined);
    await eventually(() => read.mock.callCount() === 1);
    download.destroy();
    await eventually(() => /request refused/.test(gateway.lines.text()));
    assert.deepEqual(
      gateway.lines.objects().filter(({ level }) => level >= 50),
      [],
    );
  });
});
