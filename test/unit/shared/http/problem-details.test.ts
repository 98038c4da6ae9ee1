import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import { AppError, STATUS, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { type Call, inProcess } from '../../../support/in-process.ts';
import { logLines } from '../../../support/log-lines.ts';

/** An application that throws `error` for every request, with the lines of its log. */
function throwing(error: unknown) {
  const lines = logLines();
  const app = createApp(pino({ level: 'debug' }, lines));
  app.use((context) => {
    // A route may have set these headers before it failed. They do not apply to the problem.
    context.set({ 'Content-Disposition': 'attachment; filename="a.mp3"', 'Content-Range': 'bytes 0-1/2' });
    context.etag = 'of-the-file';
    context.type = 'audio/mpeg';
    context.length = 1000;
    throw error;
  });
  const call = (path = '/x?token=secret-token', options?: Call) => inProcess(app)('GET', path, options);
  return { call, lines };
}

const httpError = (status: number, message: string) => Object.assign(new Error(message), { status });
const SECRET = 'ECONNREFUSED mysql://root:hunter2@10.0.0.1';
const OURS = new AppError('too_large', 'too much');

const ERRORS: [what: string, error: unknown, code: keyof typeof STATUS, detail?: string][] = [
  ['our own error', OURS, 'too_large', 'too much'],
  ['an unavailable service, without the reason', unavailable('the store', new Error(SECRET)), 'unavailable'],
  ['malformed JSON (koa-body)', httpError(400, 'Unexpected token'), 'bad_request', 'Unexpected token'],
  ['a body that is too large (koa-body)', httpError(413, 'request entity too large'), 'too_large'],
  ['an unknown charset (koa-body)', httpError(415, 'unsupported charset'), 'unsupported_media_type'],
  ['a 404 of a library', httpError(404, 'Not Found'), 'not_found'],
  ['another error with a 4xx status', httpError(422, 'Unprocessable'), 'bad_request'],
  ['a failure of a library', httpError(503, SECRET), 'internal'],
  ['an unknown error', new Error(SECRET), 'internal'],
  ['a TypeError', new TypeError(SECRET), 'internal'],
  ['a thrown text', SECRET, 'internal'],
  ['a thrown undefined', undefined, 'internal'],
  ['a thrown null', null, 'internal'],
  [
    'our own error, with an error of the cleanup',
    new AggregateError([OURS, new Error(SECRET)], SECRET),
    'too_large',
    'too much',
  ],
  [
    'an unknown error, with an error of ours from the cleanup',
    new AggregateError([new Error(SECRET), OURS], SECRET),
    'internal',
  ],
];

describe('an error in a request', () => {
  for (const [what, error, code, detail] of ERRORS) {
    test(`becomes a problem (RFC 9457) with the code ${code}: ${what}`, async () => {
      const { status, headers, json, text } = await throwing(error).call();
      assert.equal(status, STATUS[code]);
      assert.equal(headers['content-type'], 'application/problem+json');
      assert.deepEqual(Object.keys(json), ['type', 'title', 'status', 'code', 'detail']);
      assert.deepEqual([json.status, json.code], [STATUS[code], code]);
      if (detail) assert.equal(json.detail, detail);
      assert.doesNotMatch(text, /hunter2/);
      for (const name of ['content-disposition', 'content-range', 'etag']) {
        assert.equal(headers[name], undefined, name);
      }
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });
  }

  test('sends the headers that belong to the error', async () => {
    const { headers } = await throwing(unavailable('the store')).call();
    assert.equal(headers['retry-after'], '5');
  });

  test('is logged with its cause and without the query when the service has caused it', async () => {
    const { call, lines } = throwing(unavailable('the store', new Error('ECONNREFUSED')));
    await call();
    const [line] = lines.objects().filter(({ level }) => level >= 50);
    assert.match(line.err.stack, /ECONNREFUSED/);
    assert.equal(line.path, '/x');
    assert.doesNotMatch(lines.text(), /secret-token/);
  });

  test('is logged without a stack when it was thrown on purpose, such as at a limit', async () => {
    const { call, lines } = throwing(unavailable('the mail server'));
    await call();
    const [line] = lines.objects();
    assert.deepEqual([line.level, line.msg, line.err], [40, 'request refused', undefined]);
    assert.match(line.detail, /the mail server/);
  });

  for (const error of [
    unavailable('the store', new Error('ECONNREFUSED')),
    unavailable('x'),
    new Error('a bug'),
  ]) {
    test(`is logged once and then only counted when many requests fail with «${error.message}»`, async (context) => {
      context.mock.timers.enable({ apis: ['setTimeout'] });
      const { call, lines } = throwing(error);
      for (let request = 0; request < 20; request++) await call();
      assert.equal(lines.objects().length, 1);
      context.mock.timers.tick(10_000);
      const [, more, ...others] = lines.objects();
      assert.deepEqual([more.level, more.count, others], [40, 19, []]);
      context.mock.timers.tick(10_000);
      await call();
      assert.equal(lines.objects().length, 3, 'the failure is over, and the next is written again');
    });
  }

  test('is logged only at the level debug when the client has caused it', async () => {
    const { call, lines } = throwing(OURS);
    await call();
    assert.deepEqual(
      lines.objects().map(({ level, code }) => [level, code]),
      [[20, 'too_large']],
    );
  });
});

describe('the trace id', () => {
  const traceOf = async (traceparent?: string) => {
    const { call, lines } = throwing(new Error('to be logged'));
    await call('/', { headers: { ...(traceparent && { traceparent }) } });
    return lines.objects()[0].trace_id as string;
  };
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const parent = 'b7ad6b7169203331';
  const zeros = (count: number) => '0'.repeat(count);

  for (const header of [
    `00-${trace}-${parent}-01`,
    `00-${zeros(31)}1-${zeros(15)}1-00`,
    // In a header of a later version, we read the fields that we know (W3C Trace Context, 3.2.4).
    `01-${trace}-${parent}-01`,
    `cc-${trace}-${parent}-01-more`,
  ]) {
    test(`is taken from the W3C traceparent header ${header}`, async () => {
      assert.equal(await traceOf(header), header.slice(3, 35));
    });
  }

  for (const header of [
    undefined,
    '',
    trace,
    `00-${trace}`,
    `00-${trace.slice(1)}-${parent}-01`,
    `00-${zeros(32)}-${parent}-01`,
    `00-${trace}-${zeros(16)}-01`,
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `00-${trace.toUpperCase()}-${parent}-01`,
  ]) {
    test(`is new when the traceparent header is ${JSON.stringify(header)}`, async () => {
      const found = await traceOf(header);
      assert.match(found, /^[\da-f]{32}$/);
      assert.notEqual(found, trace);
      assert.notEqual(found, zeros(32));
    });
  }
});
