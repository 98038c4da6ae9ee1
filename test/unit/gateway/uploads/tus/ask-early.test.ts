import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createAskEarly } from '../../../../../services/gateway/uploads/tus/ask-early.ts';
import type { UploadRecord } from '../../../../../services/gateway/uploads/tus/upload-record.ts';
import type { InvokeReply } from '../../../../../services/shared/dapr/sidecar.ts';
import { type EarlyRequest, earlyRequest } from '../../../../../services/shared/jobs/early-request.ts';
import { unavailable } from '../../../../../services/shared/runtime/errors.ts';
import { newUpload } from '../../../../support/upload-record.ts';
import { waitFor } from '../../../../support/wait.ts';

const MIB = 1024 * 1024;

const upload = (offset: number, fields: Partial<UploadRecord> = {}): UploadRecord =>
  newUpload({ checkpoint: { offset, hash: '', tail: null }, ...fields });

type Answer = () => Promise<number>;

/** A gateway that asks again at once, and gets these answers, of which the last is repeated. */
function setUp(...answers: Answer[]) {
  const bodies: EarlyRequest[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const stopping = new AbortController();
  const lines: string[] = [];
  const ask = createAskEarly(
    async (app, { method, path, body, signal }): Promise<InvokeReply> => {
      if (signal?.aborted) throw unavailable('the converter', signal.reason);
      assert.deepEqual([app, method, path], ['converter', 'POST', '/early']);
      const answer = answers[Math.min(bodies.length, answers.length - 1)] as Answer;
      bodies.push(earlyRequest.parse(JSON.parse(String(body))));
      signals.push(signal);
      return { status: await answer(), headers: {}, body: '' };
    },
    stopping.signal,
    pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line).msg) }),
    { maxAttempts: 5, pauseMs: 1 },
  );
  return { ask, bodies, signals, stopping, ended: () => waitFor('the end', () => lines[0], { pauseMs: 1 }) };
}

const answered =
  (status: number): Answer =>
  async () =>
    status;
const lost: Answer = async () => {
  throw unavailable('the converter');
};
const never: Answer = () => new Promise(() => undefined);

describe('the gateway', () => {
  it('asks a converter to begin with an upload, when its first 4 MiB are stored', async () => {
    const { ask, bodies, ended } = setUp(answered(202));
    const record = upload(4 * MIB);
    const later = { ...record, checkpoint: { ...record.checkpoint, offset: 6 * MIB } };
    ask(record, 3 * MIB);
    ask(later, 4 * MIB);
    await ended();
    const { job, blob, options } = record;
    assert.deepEqual(bodies, [{ job_id: job, blob_id: blob, size: 50 * MIB, options }]);
  });

  const AGAIN: [title: string, answer: Answer][] = [
    ['has no idle core', answered(204)],
    ['is not ready', answered(503)],
    ['does not answer', lost],
  ];
  for (const [title, answer] of AGAIN) {
    it(`asks another converter where one ${title}, until one begins`, async () => {
      const { ask, bodies, ended } = setUp(answer, answer, answered(202));
      ask(upload(4 * MIB), 0);
      assert.equal(await ended(), 'a converter was asked to begin early');
      assert.equal(bodies.length, 3);
      assert.equal(new Set(bodies.map(({ job_id }) => job_id)).size, 1);
    });
  }

  it('asks no more than a few times where all converters are busy', async () => {
    const { ask, bodies, ended } = setUp(answered(204));
    ask(upload(4 * MIB), 0);
    assert.equal(await ended(), 'no converter begins early');
    assert.equal(bodies.length, 5);
  });

  it('asks once where converters do not begin early at all', async () => {
    const { ask, bodies, ended } = setUp(answered(404));
    ask(upload(4 * MIB), 0);
    await ended();
    assert.equal(bodies.length, 1);
  });

  const ENDS: [title: string, end: (system: ReturnType<typeof setUp>, record: UploadRecord) => void][] = [
    ['the upload is whole', ({ ask }, record) => ask(wholeOf(record), 49 * MIB)],
    ['the service stops', ({ stopping }) => stopping.abort()],
  ];
  for (const [title, end] of ENDS) {
    it(`asks no further converter when ${title}`, async () => {
      const answer = Promise.withResolvers<number>();
      const system = setUp(() => answer.promise, answered(202));
      const record = upload(4 * MIB);
      system.ask(record, 0);
      await waitFor('the first question', () => system.bodies.length === 1, { pauseMs: 1 });
      end(system, record);
      assert.equal(system.signals[0]?.aborted, true);
      answer.resolve(204);
      assert.equal(await system.ended(), 'no converter begins early');
      assert.equal(system.bodies.length, 1);
    });
  }

  for (const [what, record] of [
    ['of which less is stored', upload(3 * MIB)],
    ['whose size is not known', upload(5 * MIB, { size: null })],
    ['that is small', upload(5 * MIB, { size: 6 * MIB })],
    ['that is whole', upload(50 * MIB)],
    ['whose loudness is to be changed', upload(5 * MIB, { options: { normalize: -16 } })],
    ['whose sound may be passed on', upload(5 * MIB, { options: { copy: true } })],
  ] as const) {
    it(`asks no converter for an upload ${what}`, () => {
      const { ask, bodies } = setUp(never);
      ask(record, 0);
      assert.deepEqual(bodies, []);
    });
  }
});

const wholeOf = (record: UploadRecord): UploadRecord => ({
  ...record,
  checkpoint: { ...record.checkpoint, offset: record.size ?? 0 },
});
