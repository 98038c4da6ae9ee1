import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createJobStore } from '../../services/shared/jobs/job-store.ts';
import { cancel } from '../../services/shared/jobs/transitions.ts';
import { readDocument, updateDocument } from '../../services/shared/state/documents.ts';
import { HOSTILE_STRINGS } from '../support/hostile-strings.ts';
import { done, failed, newJob } from '../support/job.ts';
import type { StateUnderTest } from './state-store.ts';

const track = (text: string) => ({
  ...{ index: 0, type: 'audio' as const, position: 1, duration_seconds: null, channels: 2, selected: true },
  ...{ codec: text, language: text, title: text },
});

/** Jobs that hold the text in every field that a user, a file or a tool can fill. */
function jobsWith(text: string) {
  const fields = {
    filename: text,
    email: text,
    trace_id: text,
    options: { quality: 2, title: text, artist: text, album: text, date: text, genre: text, comment: text },
    source: {
      size: 1,
      sha256: text,
      duration_seconds: null,
      tracks: [track(text)],
      original: null,
      kept: 'whole' as const,
    },
    download_url: text,
  };
  return [
    newJob(fields),
    done({ ...fields, warnings: [{ code: text, detail: text }] }),
    failed({ ...fields, error: { code: text, detail: text } }),
  ];
}

/** Tests that every text comes back as it was, in every field of a job and in documents of any form. */
export function hostileStringsContract(name: string, make: () => StateUnderTest): void {
  describe(`hostile texts: ${name}`, () => {
    const { state } = make();
    const jobs = createJobStore(state);

    for (const [what, text] of Object.entries(HOSTILE_STRINGS)) {
      it(`keeps ${what} in every field of a job, also after a change of the job`, async () => {
        const written = jobsWith(text);
        await Promise.all(written.map((job) => jobs.create(job)));
        for (const job of written) assert.deepEqual((await jobs.get(job.id)).document, job);
        const [queued] = written;
        const changed = await jobs.update(queued?.id ?? '', cancel);
        assert.equal(changed?.filename, text);
        assert.deepEqual((await jobs.get(changed?.id ?? '')).document, changed);
      });
    }

    it('keeps all of them in one document, as names and as values', async () => {
      const key = `contract:${randomUUID()}`;
      // An entry for `__proto__` of a plain object would be lost before it is written.
      const document = {
        list: Object.values(HOSTILE_STRINGS),
        byText: Object.fromEntries(Object.values(HOSTILE_STRINGS).map((text) => [text, text])),
        nested: { $set: { 'x.y': null }, $concat: ['a', 'b'], filename: { $etag: '$etag' } },
      };
      await updateDocument<object>(state, key, () => document, { ttlSeconds: 600 });
      assert.deepEqual((await readDocument(state, key))?.document, document);
      const [entry] = (await state.getMany([key])).values();
      assert.deepEqual(JSON.parse(entry?.value ?? '').document, document);
    });

    it('finds no other key by a key with a pattern of a store in it', async () => {
      const id = randomUUID();
      await state.put(`contract:${id}`, '{"a":1}', { ttlSeconds: 600 });
      const patterns = [`contract:${id.slice(0, -1)}?`, `contract:${id.slice(0, 8)}*`, `contract:%`];
      for (const key of patterns) assert.equal(await state.get(key).catch(() => undefined), undefined);
    });
  });
}
