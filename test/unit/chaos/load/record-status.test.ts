import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UploadRecord } from '../../../chaos/history.ts';
import { look } from '../../../chaos/load/generate-load.ts';
import type { User } from '../../../chaos/load/user.ts';

/** A job that was `done`, looked at once; `meanwhile` runs before the answer comes. */
async function lookedAt(status: number, meanwhile: (record: UploadRecord) => void, acting = false) {
  const record = {
    plan: { user: 0 },
    ids: new Set(['id']),
    seen: ['done'],
    acting,
  } as unknown as UploadRecord;
  const ask = async () => {
    meanwhile(record);
    return { status, json: { status: 'queued' } };
  };
  await look(record, [{ ask } as unknown as User]);
  return record.seen;
}

describe('a look at a job', () => {
  const nothing = () => undefined;
  const rows: [what: string, status: number, meanwhile: (record: UploadRecord) => void, seen: string[]][] = [
    ['adds what is new', 200, nothing, ['done', 'queued']],
    ['knows a job that is gone', 404, nothing, ['done', 'gone']],
    ['says nothing without an answer', 503, nothing, ['done']],
    ['says nothing when an action began meanwhile', 404, (record) => (record.acting = true), ['done']],
    ['nor when one ended', 404, ({ seen }) => seen.push('delete'), ['done', 'delete']],
  ];
  for (const [what, status, meanwhile, seen] of rows) {
    it(what, async () => assert.deepEqual(await lookedAt(status, meanwhile), seen));
  }

  it('says nothing while an action is under way', async () => {
    assert.deepEqual(await lookedAt(404, nothing, true), ['done']);
  });
});
