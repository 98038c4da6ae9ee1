import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { FailedCommand } from '../../../../../services/gateway/cli/failed/command-line.ts';
import { run } from '../../../../../services/gateway/cli/failed/run.ts';
import { formatTable } from '../../../../../services/gateway/cli/failed/table.ts';
import { createFailedJobsApi } from '../../../../../services/gateway/client/failed-jobs.ts';
import { failedViewOf } from '../../../../../services/gateway/operator/failed-jobs.ts';
import type { Job } from '../../../../../services/shared/jobs/job.ts';
import { done, failed, inListOrder } from '../../../../support/job.ts';
import { createTestClock } from '../../client/test-clock.ts';
import { createTestGateway, OPERATOR_TOKEN } from '../../client/test-gateway.ts';
import { chunksOf, problem, transportTo, URL_OF_GATEWAY } from '../../client/test-transport.ts';

const { signal } = new AbortController();
const url = URL_OF_GATEWAY;
const list = (json = false): FailedCommand => ({ kind: 'list', json, url });

/** The command against the real gateway with these jobs. */
async function build(context: TestContext, jobs: Job[], token = OPERATOR_TOKEN) {
  const system = createTestGateway(context);
  system.converter.run = async () => undefined;
  for (const job of jobs) {
    await system.blobs.write(job.videoBlobId, chunksOf(Buffer.alloc(100)), {
      expires: new Date(job.expires_at),
    });
    await system.jobs.create(job);
  }
  await system.failedIndex.add(jobs);
  const out: string[] = [];
  const err: string[] = [];
  const api = createFailedJobsApi(system.transport, token, { clock: createTestClock(), signal });
  return {
    ...system,
    out,
    err,
    failedCommand: (command: FailedCommand) =>
      run(command, api, {
        out: (line) => out.push(line),
        err: (line) => err.push(line),
      }),
    statusOf: async (id: string) => (await system.jobs.find(id))?.status,
  };
}

describe('npm run failed -- list', () => {
  it('prints a table for people', () => {
    const job = failed({
      id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10',
      updated_at: '2026-02-03T04:05:06.789Z',
      filename: 'Ferien am Meer.mp4',
      attempts: 5,
    });
    assert.deepEqual(formatTable([failedViewOf(job)]), [
      'ID                                    FAILED AT (UTC)   CODE      ATTEMPTS  FILE',
      '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10  2026-02-03 04:05  no_audio  5         Ferien am Meer.mp4',
    ]);
  });

  it('lists the failed jobs of all pages and no other jobs', async (context) => {
    const jobs = Array.from({ length: 230 }, () => failed());
    const { failedCommand, out } = await build(context, [...jobs, done()]);
    assert.equal(await failedCommand(list()), 0);
    assert.deepEqual(
      out.slice(1).map((line) => line.slice(0, 36)),
      inListOrder(jobs),
    );
  });

  it('says that no job has failed', async (context) => {
    const { failedCommand, out } = await build(context, [done()]);
    assert.equal(await failedCommand(list()), 0);
    assert.deepEqual(out, ['No job has failed.']);
  });

  it('prints an array of jobs with --json', async (context) => {
    const job = failed({ filename: 'Übung.mp4' });
    const { failedCommand, out } = await build(context, [job]);
    await failedCommand(list(true));
    assert.deepEqual(JSON.parse(out.join('\n')), [failedViewOf(job)]);
    const { failedCommand: nothing, out: empty } = await build(context, []);
    await nothing(list(true));
    assert.deepEqual(JSON.parse(empty.join('\n')), []);
  });

  for (const json of [true, false]) {
    it(`prints no control characters of a file name${json ? ' with --json' : ''}`, async (context) => {
      const filename = 'a\x1b]0;owned\x07\x9b2J\u202ecod.exe\r\nb\x7f.mp4';
      const error = { code: 'x\x1b[1m', detail: '\x1b[2J' };
      const { failedCommand, out } = await build(context, [failed({ filename, error })]);
      await failedCommand(list(json));
      assert.doesNotMatch(out.join(' ').replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
      assert.match(out.join(' '), /owned/);
    });
  }
});

for (const [kind, to, word] of [
  ['retry', 'queued', 'is converted again'],
  ['drop', 'deleted', 'deleted'],
] as const) {
  describe(`npm run failed -- ${kind}`, () => {
    it('changes the given jobs, and reports each one that it cannot change', async (context) => {
      const [first, second, other] = [failed(), failed(), failed()];
      const converted = done();
      const { failedCommand, out, err, statusOf } = await build(context, [first, second, other, converted]);
      const unknown = randomUUID();
      const ids = [first.id, unknown, '../x\x1b[2J', converted.id, second.id];
      assert.equal(await failedCommand({ kind, ids, url }), 3);
      assert.deepEqual(out, [`${first.id}  ${word}`, `${second.id}  ${word}`]);
      assert.deepEqual(err, [
        `${unknown}  there is no such job (not_found)`,
        '../x�[2J  this is not the ID of a job (not_found)',
        `${converted.id}  the job is done, not failed (state_conflict)`,
      ]);
      assert.deepEqual(
        [await statusOf(first.id), await statusOf(second.id), await statusOf(other.id)],
        [to, to, 'failed'],
      );
    });

    it('changes every failed job with --all', async (context) => {
      const jobs = Array.from({ length: 130 }, () => failed());
      const converted = done();
      const { failedCommand, out, statusOf } = await build(context, [...jobs, converted]);
      assert.equal(await failedCommand({ kind, ids: 'all', url }), 0);
      assert.equal(out.length, 130);
      for (const { id } of jobs) assert.equal(await statusOf(id), to);
      assert.equal(await statusOf(converted.id), 'done');
      out.length = 0;
      assert.equal(await failedCommand({ kind, ids: 'all', url }), 0);
      assert.deepEqual(out, ['No job has failed.']);
    });
  });
}

describe('npm run failed', () => {
  const COMMANDS: FailedCommand[] = [list(), { kind: 'retry', ids: [randomUUID(), randomUUID()], url }];
  for (const command of COMMANDS) {
    it(`${command.kind} reports once that the token belongs to another gateway`, async (context) => {
      const { failedCommand, err } = await build(context, [], 'of-another-gateway-of-some-length');
      await assert.rejects(
        failedCommand(command),
        /has another OPERATOR_TOKEN\..*MP3CONVERTER_OPERATOR_TOKEN/,
      );
      assert.deepEqual(err, []);
    });

    it(`${command.kind} reports that the gateway was started without a token`, async (context) => {
      const transport = transportTo(context, (_request, response) => problem(response, 404, 'not_found'));
      const api = createFailedJobsApi(transport, OPERATOR_TOKEN, { clock: createTestClock(), signal });
      const output = { out: () => undefined, err: () => undefined };
      await assert.rejects(run(command, api, output), /has no OPERATOR_TOKEN/);
    });
  }
});
