import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeId3 } from '../../../../services/converter/tags/write-id3.ts';
import { mp3Details } from '../../../../services/shared/jobs/mp3-details.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { failed, newJob } from '../../../support/job.ts';
import { asOwner, asStranger, buildGateway } from '../test-gateway.ts';
import { MEASURED, tagOf, withDetails } from './gateway-with-details.ts';

const JPEG = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(3_000_000, 7)]);
const CHAPTERS = Array.from({ length: 300 }, (_, index) => ({
  ...{ start: index * 10, end: index * 10 + 9.5 },
  ...(index !== 5 && { title: `Глава ${index}: 東京 👍` }),
}));

describe('GET /jobs/:id/details', () => {
  it('serves what was measured, with the chapters and the cover of the tag', async () => {
    const cover = { bytes: JPEG, type: 'image/jpeg' };
    const { get } = await withDetails({ tags: { title: 'T'.repeat(500), chapters: CHAPTERS }, cover });
    const { status, headers, json } = await get('details', asOwner);
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.equal(headers['cache-control'], 'private, no-cache');
    assert.deepEqual(mp3Details.parse(json), {
      ...MEASURED,
      cover: { type: 'image/jpeg', size: JPEG.length },
      chapters: CHAPTERS.map(({ start, end, title = '' }) => ({
        start_seconds: start,
        end_seconds: end,
        title,
      })),
    });
  });

  it('serves 2,000 chapters with long titles behind a cover of 8 MiB', async () => {
    const title = '👍'.repeat(100);
    const chapters = Array.from({ length: 2000 }, (_, at) => ({ start: at, end: at + 1, title }));
    const cover = { bytes: Buffer.concat([JPEG, Buffer.alloc(5_388_604)]), type: 'image/jpeg' };
    const { get } = await withDetails({ tags: { chapters }, cover });
    const { json } = await get('details', asOwner);
    const details = mp3Details.parse(json);
    assert.equal(details.cover?.size, 8 * 1024 * 1024);
    assert.deepEqual(details.chapters.at(-1), { start_seconds: 1999, end_seconds: 2000, title });
    assert.equal(details.chapters.length, 2000);
  });

  it('answers 304 for its own ETag', async () => {
    const { get } = await withDetails();
    const { headers } = await get('details', asOwner);
    const { status, bytes } = await get('details', { ...asOwner, 'if-none-match': String(headers.etag) });
    assert.deepEqual([status, bytes.length], [304, 0]);
  });

  it('answers 404 for an MP3 that an earlier release has made', async () => {
    const { get } = await withDetails({ attachment: undefined });
    const { status, json } = await get('details', asOwner);
    assert.deepEqual([status, json.code], [404, 'not_found']);
  });

  it('leaves out steps that only a later release knows', async () => {
    const steps = [
      { step: 'rehearse', seconds: 1 },
      { step: 'check', seconds: 2 },
    ];
    const { details } = { details: { ...MEASURED, peaks: '/w==', steps, later: true } };
    const { get } = await withDetails({ attachment: { details, later: true } });
    const { json } = await get('details', asOwner);
    assert.deepEqual([json.peaks, json.steps], [[255], [{ step: 'check', seconds: 2 }]]);
  });

  for (const job of [newJob(), newJob({ status: 'converting' }), failed(), newJob({ status: 'cancelled' })]) {
    it(`answers 409 not_ready while the job is ${job.status}`, async () => {
      const gateway = buildGateway();
      await gateway.save(job);
      for (const path of ['details', 'cover']) {
        const { status, json } = await gateway.call('GET', `/jobs/${job.id}/${path}`, { headers: asOwner });
        assert.deepEqual([status, json.code], [409, 'not_ready']);
      }
    });
  }

  it('answers 404 to a stranger, and to the owner of a job that was deleted', async () => {
    const cover = { bytes: JPEG, type: 'image/jpeg' };
    const { get, jobs, job } = await withDetails({ cover });
    for (const path of ['details', 'cover'] as const) {
      assert.equal((await get(path, asOwner)).status, 200);
      assert.equal((await get(path, asStranger)).status, 404);
      assert.equal((await get(path, {})).status, 401);
    }
    await jobs.update(job.id, tombstone);
    for (const path of ['details', 'cover'] as const) assert.equal((await get(path, asOwner)).status, 404);
  });

  const DAMAGED: [what: string, damage: (tag: Buffer) => Buffer][] = [
    ['a tag that ends in the middle of a frame', (tag) => tag.subarray(0, 300)],
    ['a frame that is larger than the tag', (tag) => patch(tag, 14, [0x7f, 0xff, 0xff, 0xff])],
    ['a tag of version 2.4', (tag) => patch(tag, 3, [4])],
    ['a tag that states 256 MiB', (tag) => patch(tag, 6, [0x7f, 0x7f, 0x7f, 0x7f])],
    ['an empty tag', () => Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1')],
    ['a chapter of 20 bytes', () => tagOf('CHAP', Buffer.from('ch0\0'.padEnd(20, '\x01')))],
    ['a chapter without an id', () => tagOf('CHAP', Buffer.alloc(30, 1))],
    [
      'a chapter whose title is cut off',
      () => tagOf('CHAP', Buffer.from(`${'c\0'.padEnd(18, '\x01')}TIT2\x01`)),
    ],
    ['a picture without a type', () => tagOf('APIC', Buffer.alloc(500, 1))],
    ['an empty picture', () => tagOf('APIC', Buffer.alloc(0))],
  ];
  for (const [what, damage] of DAMAGED) {
    it(`answers 200 for ${what}`, async () => {
      const id3 = damage(writeId3({ title: 'A title', chapters: CHAPTERS.slice(0, 3) }));
      const { get } = await withDetails({ id3 });
      const { status, json } = await get('details', asOwner);
      assert.equal(status, 200);
      assert.equal(json.cover, null);
      assert.ok(mp3Details.parse(json).chapters.length <= 3);
      assert.equal((await get('cover', asOwner)).status, 404);
    });
  }
});

function patch(tag: Buffer, at: number, bytes: number[]): Buffer {
  tag.set(bytes, at);
  return tag;
}
