import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UploadRecord } from '../../../chaos/history.ts';
import { recordStatus } from '../../../chaos/load/record-status.ts';
import type { User } from '../../../chaos/load/user.ts';

/** Asks once for a job that was `done`. `meanwhile` runs before the response comes. Returns what was seen. */
async function seenAfter(status: number, meanwhile: (record: UploadRecord) => void, isActing = false) {
  const record = {
    plan: { user: 0 },
    ids: new Set(['id']),
    seen: ['done'],
    isActing,
  } as unknown as UploadRecord;
  const ask = async () => {
    meanwhile(record);
    return { status, json: { status: 'queued' } };
  };
  await recordStatus(record, [{ ask } as unknown as User]);
  return record.seen;
}

describe('recordStatus(record, users)', () => {
  const nothing = () => undefined;
  const rows: [what: string, status: number, meanwhile: (record: UploadRecord) => void, seen: string[]][] = [
    ['adds a new status', 200, nothing, ['done', 'queued']],
    ['adds «gone» for a 404', 404, nothing, ['done', 'gone']],
    ['adds nothing without a successful response', 503, nothing, ['done']],
    ['adds nothing when an action began meanwhile', 404, (record) => (record.isActing = true), ['done']],
    [
      'adds nothing when an action ended meanwhile',
      404,
      ({ seen }) => seen.push('delete'),
      ['done', 'delete'],
    ],
  ];
  for (const [what, status, meanwhile, seen] of rows) {
    it(what, async () => assert.deepEqual(await seenAfter(status, meanwhile), seen));
  }

  it('adds nothing while an action is in progress', async () => {
    assert.deepEqual(await seenAfter(404, nothing, true), ['done']);
  });
});
