import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import { MAX_ATTACHMENT_BYTES } from '../../../../services/shared/blobs/manifest.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { runEventLoop } from '../../../support/event-loop.ts';

const expires = new Date(Date.now() + 3600_000);
async function* source() {
  yield Buffer.from('some bytes');
}
const build = () => {
  const state = createMemoryState();
  return { state, blobs: createBlobStore(state) };
};

/** The manifest of a complete blob as release 1 reads and writes it. It must not change. */
const FIRST_RELEASE = z.object({
  size: z.number().int().nonnegative(),
  sha256: z.string(),
  chunk_size: z.number().int().positive(),
  tails: z.array(z.uuid()).optional(),
});

describe('the attachment of a blob', () => {
  it('leaves the manifest readable for a release that does not know it', async () => {
    const { state, blobs } = build();
    const { size, sha256 } = await blobs.write('one', source(), { expires, attach: async () => ({ a: 1 }) });
    const stored = JSON.parse((await state.get('blob:one'))?.value ?? '');
    assert.deepEqual(FIRST_RELEASE.parse(stored), { size, sha256, chunk_size: 1024 * 1024 });
  });

  it('is undefined for a manifest that an earlier release has written', async () => {
    const { state, blobs } = build();
    const written = await blobs.write('one', source(), { expires });
    const stored = JSON.parse((await state.get('blob:one'))?.value ?? '');
    assert.deepEqual(FIRST_RELEASE.strict().parse(stored), stored);
    assert.deepEqual(await blobs.stat('one'), written);
  });

  it(`may have ${MAX_ATTACHMENT_BYTES} bytes as it is stored, and no more`, async () => {
    const { state, blobs } = build();
    const room = MAX_ATTACHMENT_BYTES - '{"text":""}'.length;
    const write = (id: string, text: string) =>
      blobs.write(id, source(), { expires, attach: async () => ({ text }) });
    await write('fits', 'x'.repeat(room));
    await assert.rejects(write('too long', 'x'.repeat(room + 1)), { code: 'internal' });
    // A letter beyond ASCII is stored as six characters.
    await assert.rejects(write('too long', 'é'.repeat(room / 6 + 1)), { code: 'internal' });
    assert.deepEqual(state.keys().sort(), ['blob:fits', 'chunk:fits:0']);
  });

  it('ends the write as soon as its signal is aborted, also while it is waited for', async () => {
    const { state, blobs } = build();
    const stop = new AbortController();
    const attach = () => new Promise<never>(() => undefined);
    const write = blobs.write('one', source(), { expires, attach, signal: stop.signal });
    await runEventLoop();
    stop.abort(new Error('enough'));
    await assert.rejects(write, /enough/);
    assert.deepEqual(state.keys(), []);
  });

  it('is not asked for where the bytes could not be stored', async () => {
    const { blobs } = build();
    async function* broken() {
      yield Buffer.from('some bytes');
      throw new Error('the source broke off');
    }
    const attach = async () => assert.fail('it was asked for');
    await assert.rejects(blobs.write('one', broken(), { expires, attach }), /broke off/);
  });
});
