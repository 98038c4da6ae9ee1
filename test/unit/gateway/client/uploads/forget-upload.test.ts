import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createClient } from '../../../../../services/gateway/client/client.ts';
import { ConnectionLostError } from '../../../../../services/gateway/client/http/errors.ts';
import type { Reply } from '../../../../../services/gateway/client/http/reply.ts';
import type { Session } from '../../../../../services/gateway/client/session/session.ts';
import { createMemoryUploads } from '../../../../../services/gateway/client/uploads/upload-store.ts';

/** A client with one remembered upload, over a gateway of which only the requests are seen. */
async function remember(upload: string | undefined, failure?: Error) {
  const uploads = createMemoryUploads();
  await uploads.save('one', { key: 'k', upload });
  const requests: string[] = [];
  const session: Session = {
    url: 'http://gateway.test',
    async send({ method, path }) {
      requests.push(`${method} ${path}`);
      if (failure) throw failure;
      return { discard: async () => undefined } as Reply;
    },
    signIn: async () => undefined,
    logOut: async () => undefined,
  };
  const transport = { url: session.url, send: session.send };
  return { uploads, requests, client: createClient({ transport, session, uploads }) };
}

describe('forgetting an upload', () => {
  it('removes the record of the upload, and the upload at the gateway', async () => {
    const upload = randomUUID();
    const { client, requests, uploads } = await remember(upload);
    await client.forget('one');
    assert.deepEqual(requests, [`DELETE /uploads/${upload}`]);
    assert.equal(await uploads.find('one'), undefined);
  });

  it('removes it here although the gateway does not answer, which forgets it later', async () => {
    const { client, uploads } = await remember(randomUUID(), new ConnectionLostError('x'));
    await client.forget('one');
    assert.equal(await uploads.find('one'), undefined);
  });

  it('asks nothing of the gateway where that knows of no upload', async () => {
    const { client, requests } = await remember(undefined);
    await client.forget('one');
    await client.forget('unknown');
    assert.deepEqual(requests, []);
  });
});
