import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { logLines } from '../../../support/log-lines.ts';

const SECRET = 'hunter2-and-no-other';
const build = () => {
  const lines = logLines();
  return { log: createLog('gateway', 'trace', lines), lines };
};

const NAMES = [
  'authorization',
  'cookie',
  'password',
  'token',
  'refresh_token',
  'access_token',
  'download_url',
  'signature',
  'dapr-api-token',
];

describe('a log line', () => {
  test('contains its service, its time and its fields', () => {
    const { log, lines } = build();
    log.info({ job_id: 'j', trace_id: 't' }, 'hello');
    const [line] = lines.objects();
    assert.deepEqual(
      { ...line, time: undefined },
      { level: 30, time: undefined, service: 'gateway', job_id: 'j', trace_id: 't', msg: 'hello' },
    );
    assert.ok(!Number.isNaN(Date.parse(line.time)));
  });

  for (const name of NAMES) {
    const secret = { [name]: SECRET };
    const PLACES: [where: string, object][] = [
      ['on its own', secret],
      ['in a job, a body or headers', { body: secret, headers: secret, job: secret }],
      ['in a request that holds headers', { request: { headers: secret } }],
      ['in an error', { err: Object.assign(new Error('failed'), secret) }],
      ['in the headers of an error', { err: new AppError('internal', 'failed', { headers: secret }) }],
      [
        'in the cause of an error',
        { err: new Error('failed', { cause: Object.assign(new Error('x'), secret) }) },
      ],
    ];
    test(`never contains the value of a field ${name}`, () => {
      for (const [where, object] of PLACES) {
        const { log, lines } = build();
        log.child({ trace_id: 't' }).error(object, 'failed');
        assert.match(lines.text(), /failed/);
        assert.ok(!lines.text().includes(SECRET), where);
      }
    });
  }
});
