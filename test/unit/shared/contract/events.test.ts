import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { mp3Event, readEvent, videoEvent } from '../../../../services/shared/contract/events.ts';
import { mailRecordKey } from '../../../../services/shared/contract/mail-record.ts';
import { mp3EventOf } from '../../../../services/shared/jobs/job-events.ts';
import { done, failed, newJob } from '../../../support/job.ts';

const delivered = (body: string) => Readable.from([Buffer.from(body)]) as IncomingMessage;
const cloudEvent = (data: unknown) =>
  JSON.stringify({ specversion: '1.0', id: '1', source: 'gateway', type: 'com.dapr.event.sent', data });

const { id, trace_id } = newJob();
const event = { job_id: id, trace_id };

describe('an event', () => {
  test('is read out of its CloudEvent', async () => {
    assert.deepEqual(await readEvent(delivered(cloudEvent(event)), videoEvent), event);
  });

  test('may have fields that a later version adds', async () => {
    const later = cloudEvent({ ...event, priority: 1 });
    assert.deepEqual(await readEvent(delivered(later), videoEvent), event);
  });

  const BAD: [what: string, body: string][] = [
    ['empty', ''],
    ['not JSON', '{"data":'],
    ['no object', 'null'],
    ['without data', cloudEvent(undefined)],
    ['data as text', cloudEvent(JSON.stringify(event))],
    ['without the envelope', JSON.stringify(event)],
    ['of a job id that is none', cloudEvent({ ...event, job_id: '../../etc/passwd' })],
    ['without a trace id', cloudEvent({ job_id: id })],
  ];
  for (const [what, body] of BAD) {
    test(`is refused when it is ${what}`, async () => {
      await assert.rejects(readEvent(delivered(body), videoEvent), { code: 'bad_request' });
    });
  }
});

describe('the outcome of a job', () => {
  test('that is done tells all that a mail needs', () => {
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
      error: null,
      expires_at: job.expires_at,
    });
  });

  test('that failed tells the reason, and has no link', () => {
    const outcome = mp3Event.parse(mp3EventOf(failed()));
    assert.deepEqual(outcome.error, { code: 'no_audio', detail: 'there is no sound in it' });
    assert.doesNotMatch(JSON.stringify(outcome), /secret-signature/);
  });

  for (const status of ['uploading', 'queued', 'converting', 'cancelled', 'deleted'] as const) {
    test(`is nothing to tell when it is ${status}`, () => {
      assert.equal(mp3EventOf(newJob({ status })), undefined);
    });
  }

  test('is mailed once for each run of a job', () => {
    assert.equal(mailRecordKey({ job_id: id, run: 1 }), `mail:${id}:1`);
    assert.equal(mailRecordKey({ job_id: id, run: 2 }), `mail:${id}:2`);
  });
});
