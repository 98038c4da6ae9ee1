import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { mp3Event, readEvent, videoEvent } from '../../../../services/shared/contract/events.ts';
import { mailRecordKey } from '../../../../services/shared/contract/mail-record.ts';
import { signMessage } from '../../../../services/shared/contract/signed-message.ts';
import { mp3EventOf } from '../../../../services/shared/jobs/job-events.ts';
import { done, failed, newJob } from '../../../support/job.ts';

const delivered = (body: string) => Readable.from([Buffer.from(body)]) as IncomingMessage;
const cloudEvent = (data: unknown) =>
  JSON.stringify({ specversion: '1.0', id: '1', source: 'gateway', type: 'com.dapr.event.sent', data });

const { id, trace_id } = newJob();
const event = { job_id: id, trace_id };

describe('readEvent', () => {
  const SECRET = 'a secret of the system, for events';
  const source = { topic: 'video', schema: videoEvent, secrets: [SECRET] } as const;
  const signed = (message: object) => cloudEvent(signMessage('video', message, [SECRET]));

  test('returns the signed message of a CloudEvent', async () => {
    assert.deepEqual(await readEvent(delivered(signed(event)), source), event);
  });

  test('ignores fields that a later version may add', async () => {
    assert.deepEqual(await readEvent(delivered(signed({ ...event, priority: 1 })), source), event);
  });

  const BAD: [what: string, body: string, code: string][] = [
    ['empty', '', 'bad_request'],
    ['not JSON', '{"data":', 'bad_request'],
    ['an event with an invalid job id', signed({ ...event, job_id: '../../etc/passwd' }), 'bad_request'],
    ['an event without a trace id', signed({ job_id: id }), 'bad_request'],
    ['not an object', 'null', 'forbidden'],
    ['a CloudEvent without data', cloudEvent(undefined), 'forbidden'],
    ['a CloudEvent with its data as text', cloudEvent(JSON.stringify(event)), 'forbidden'],
    ['an event without a CloudEvent', JSON.stringify(event), 'forbidden'],
    ['an event of an older release, which is not signed', cloudEvent(event), 'forbidden'],
    [
      'an event whose signature stands outside of its data',
      JSON.stringify(signMessage('video', event, [SECRET])),
      'forbidden',
    ],
  ];
  for (const [what, body, code] of BAD) {
    test(`refuses a body that is ${what} with ${code}`, async () => {
      await assert.rejects(readEvent(delivered(body), source), { code });
    });
  }
});

describe('mp3Event', () => {
  const published = mp3EventOf(done());

  test('is not made of a job whose owner has no address', () => {
    for (const job of [done({ email: '' }), failed({ email: '' })]) assert.equal(mp3EventOf(job), undefined);
  });

  test('always has an address', () => {
    for (const email of ['', null, undefined])
      assert.ok(!mp3Event.safeParse({ ...published, email }).success);
  });

  test('has no warnings where it comes from an older release', () => {
    const { warnings, ...older } = published ?? assert.fail();
    assert.deepEqual(mp3Event.parse(older), { ...older, warnings: [] });
  });

  test('has warnings of codes that this release does not know', () => {
    const warnings = [{ code: 'added_later', detail: 'It is so.', places: [1, 2] }];
    const { places, ...known } = warnings[0] ?? assert.fail();
    assert.deepEqual(mp3Event.parse({ ...published, warnings }).warnings, [known]);
  });

  const BAD: [what: string, warnings: unknown][] = [
    ['null', null],
    ['a text', 'truncated'],
    ['a list of texts', ['truncated']],
    ['a warning without a code', [{ detail: 'x' }]],
    ['a warning whose seconds are a text', [{ code: 'truncated', detail: 'x', seconds: '1' }]],
  ];
  for (const [what, warnings] of BAD) {
    test(`refuses ${what} as warnings`, () => {
      assert.ok(!mp3Event.safeParse({ ...published, warnings }).success);
    });
  }
});

describe('mp3EventOf', () => {
  test('returns everything that a mail needs for a job that is done', () => {
    const job = done();
    const outcome = mp3Event.parse(mp3EventOf(job));
    assert.deepEqual(outcome, {
      job_id: job.id,
      trace_id: job.trace_id,
      run: 1,
      status: 'done',
      email: job.email,
      filename: job.filename,
      mp3: { size: 1000, duration_seconds: 12.5, download_url: job.download_url },
      warnings: [],
      error: null,
      expires_at: job.expires_at,
    });
  });

  test('returns the warnings of a job that is done', () => {
    const warnings = [{ code: 'truncated', detail: 'The end is missing.', seconds: 1.5, of_seconds: 3 }];
    assert.deepEqual(mp3Event.parse(mp3EventOf(done({ warnings }))).warnings, warnings);
  });

  test('returns the reason and no link for a job that has failed', () => {
    const outcome = mp3Event.parse(mp3EventOf(failed()));
    assert.deepEqual(outcome.error, { code: 'no_audio', detail: 'there is no sound in it' });
    assert.doesNotMatch(JSON.stringify(outcome), /secret-signature/);
  });

  for (const status of ['uploading', 'queued', 'converting', 'cancelled', 'deleted'] as const) {
    test(`returns nothing for a job that is ${status}`, () => {
      assert.equal(mp3EventOf(newJob({ status })), undefined);
    });
  }

  test('belongs to a mail record of its own for each generation of a job', () => {
    assert.equal(mailRecordKey({ job_id: id, run: 1 }), `mail:${id}:1`);
    assert.equal(mailRecordKey({ job_id: id, run: 2 }), `mail:${id}:2`);
  });
});
