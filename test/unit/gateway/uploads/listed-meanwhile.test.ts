import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { watched } from '../../../contract/watched-state.ts';
import { mp4 } from '../sample-uploads.ts';
import { asOwner, buildGateway, type Gateway } from '../test-gateway.ts';
import { BYTES, tusClient } from './tus/tus-client.ts';

const SIZE = 5_000;
const FILE = mp4(SIZE);

async function listedIds(gateway: Gateway): Promise<string[]> {
  const { json } = await gateway.call('GET', '/jobs', { headers: asOwner });
  return json.jobs.map(({ id }: { id: string }) => id);
}

function buildWatched() {
  const memory = createMemoryState();
  const state = watched(memory);
  return { state, gateway: buildGateway({ state: { ...state, keys: memory.keys } }) };
}

/** A gateway whose owner lists jobs after each write to the store, before anything else happens. */
function buildListed(): Gateway {
  const { state, gateway } = buildWatched();
  let isListing = false;
  state.onPut = async (_key, put) => {
    await put();
    // The list may write itself.
    if (isListing) return;
    isListing = true;
    await listedIds(gateway);
    isListing = false;
  };
  return gateway;
}

/** The ways in which a file becomes a job. Each returns the id of the job. */
const WAYS: Record<string, (gateway: Gateway) => Promise<string>> = {
  'POST /upload': async (gateway) => {
    const headers = { ...asOwner, 'content-type': 'video/mp4' };
    return (await gateway.call('POST', '/upload', { headers, body: FILE })).json.id;
  },
  'POST /uploads with all bytes': async (gateway) => {
    const headers = { 'upload-length': String(SIZE), 'content-type': BYTES };
    return String((await tusClient(gateway).post(headers, FILE)).headers['mp3-job']);
  },
  'a PATCH with the last bytes': async (gateway) => {
    const tus = tusClient(gateway);
    const path = await tus.create(SIZE);
    await tus.patch(path, 0, FILE.subarray(0, 2_000));
    return String((await tus.patch(path, 2_000, FILE.subarray(2_000))).headers['mp3-job']);
  },
};

describe('an owner who lists jobs at every moment of an upload', () => {
  for (const [way, upload] of Object.entries(WAYS))
    it(`finds the job in the list after ${way}`, async () => {
      const gateway = buildListed();
      const id = await upload(gateway);
      assert.equal((await gateway.jobs.get(id)).document.status, 'queued');
      assert.deepEqual(await listedIds(gateway), [id]);
    });

  it('finds the job of a resumable upload whose gateway died before it listed the job, once that upload is asked for', async () => {
    const { state, gateway } = buildWatched();
    let isDead = false;
    state.onPut = async (key, put) => {
      isDead ||= key.startsWith('jobs-of:');
      if (isDead) throw unavailable('the store');
      await put();
    };
    const tus = tusClient(gateway);
    const path = await tus.create(SIZE);
    assert.equal((await tus.patch(path, 0, FILE)).status, 503);
    assert.deepEqual(await listedIds(gateway), []);
    state.onPut = (_key, put) => put();
    const id = (await tus.head(path)).headers['mp3-job'];
    assert.deepEqual(await listedIds(gateway), [id]);
  });
});
