import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { type Client, createClient } from '../../../../services/gateway/client/client.ts';
import { createFailedJobsApi } from '../../../../services/gateway/client/failed-jobs.ts';
import type { Reply } from '../../../../services/gateway/client/http/reply.ts';
import type { ApiRequest, Transport } from '../../../../services/gateway/client/http/transport.ts';
import type { SendVideoPorts } from '../../../../services/gateway/client/send-video.ts';
import type { Film } from '../../../../services/gateway/client/uploads/film.ts';
import { createTus } from '../../../../services/gateway/client/uploads/tus.ts';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { OPTION_NAMES } from '../../../../services/shared/jobs/conversion-options.ts';
import { viewOf } from '../../../../services/shared/jobs/job.ts';
import { done } from '../../../support/job.ts';
import { createTestClock } from './test-clock.ts';
import { probeAnswer } from './test-probes.ts';

const JOB = viewOf(done());
const { id: ID } = JOB;
const DETAILS = {
  ...{ bitrate_kbps: 128, integrated_lufs: -16, true_peak_dbtp: -1, peaks: [0, 255] },
  ...{ chapters: [], cover: null, steps: [{ step: 'encode', seconds: 1 }] },
};
const USER = { email: 'ann@example.com', password: 'open sesame' };
const OPTIONS = Object.fromEntries([...OPTION_NAMES, 'preset'].map((name) => [name, '1']));
const MP3 = { id: ID, size: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' };
const { signal } = new AbortController();

const filmOf = (size: number): Film => ({
  file: { size, read: async (start, end) => new Uint8Array(end - start) },
  ...{ name: 'a.mp4', type: 'video/mp4', identity: 'a' },
});

const planOf =
  (size: number): SendVideoPorts['plan'] =>
  async () => ({ ...filmOf(size), track: 1, audioTracks: 2 });

/** What the gateway answers, by operation. The client reads nothing else of it. */
const ANSWERS: Record<string, { json?: unknown; text?: string; headers?: Record<string, string> }> = {
  'POST /register': {},
  'POST /login': { json: { access_token: 'a', token_type: 'Bearer', expires_in: 900, refresh_token: 'r' } },
  'POST /refresh': { json: { access_token: 'b', token_type: 'Bearer', expires_in: 900, refresh_token: 's' } },
  'POST /logout': {},
  'POST /probe': { json: probeAnswer() },
  'POST /upload': { json: { id: ID, status: 'queued' } },
  'POST /uploads': { headers: { location: `/uploads/${ID}` } },
  'HEAD /uploads/{id}': { headers: { 'upload-offset': '5' } },
  'PATCH /uploads/{id}': { headers: { 'upload-offset': '2000000' } },
  'GET /uploads/{id}': {
    json: {
      ...{ id: ID, size: 2_000_000, offset: 2_000_000, expires_at: '2030-01-01T00:00:00.000Z' },
      job: { id: ID, status: 'queued' },
    },
  },
  'DELETE /uploads/{id}': {},
  'GET /jobs': { json: { jobs: [JOB], next_cursor: null } },
  'GET /jobs/{id}': { json: JOB },
  'PATCH /jobs/{id}': { json: JOB },
  'GET /jobs/{id}/details': { json: DETAILS },
  'DELETE /jobs/{id}': {},
  'POST /jobs/{id}/cancel': { json: JOB },
  'POST /jobs/{id}/retry': { json: JOB },
  'GET /jobs/{id}/events': { text: `event: job\ndata: ${JSON.stringify(JOB)}\n\n` },
  'GET /jobs/events': { text: 'id: x\nevent: snapshot\ndata: {"unfinished":0,"resumed":false}\n\n' },
  'GET /jobs/{id}/link': { json: { url: 'http://gateway.test/download/x', expires_at: JOB.expires_at } },
  'HEAD /download/archive': {},
  'GET /download/{id}': { text: 'abc' },
  'GET /operator/failed': { json: { jobs: [], next_cursor: null } },
  'POST /operator/failed/{id}/retry': {},
  'DELETE /operator/failed/{id}': {},
};

interface Exchange {
  operation: string;
  request: ApiRequest;
  /** The JSON schema by which the client has parsed the response; undefined where it has read none. */
  schema: object | undefined;
}

/** A gateway that answers each operation, and records what the client has sent and how it has read the response. */
function recordingTransport() {
  const exchanges: Exchange[] = [];
  const transport: Transport = {
    url: 'http://gateway.test',
    async send(sent) {
      const [path = '', search] = sent.path.split('?');
      const query = { ...sent.query, ...Object.fromEntries(new URLSearchParams(search)) };
      const request = { ...sent, path, query };
      const operation = `${request.method} ${request.path.replace(/[\da-f]{8}-[\da-f-]{27}/, '{id}')}`;
      const exchange: Exchange = { operation, request, schema: undefined };
      exchanges.push(exchange);
      const { json, text = '', headers = {} } = ANSWERS[operation] ?? assert.fail(`${operation} is unknown`);
      const reply: Reply = {
        status: 200,
        headers: new Headers(headers),
        async *bytes() {
          yield new TextEncoder().encode(text);
        },
        text: async () => text,
        async json(schema) {
          exchange.schema = z.toJSONSchema(schema);
          return schema.parse(json);
        },
        discard: async () => undefined,
      };
      return reply;
    },
  };
  return { transport, exchanges };
}

type Call = (client: Client) => unknown;

/** Every method of the client, with all that it can send. */
const CALLS: Record<Exclude<keyof Client, 'session'>, Call[]> = {
  register: [(client) => client.register(USER)],
  signIn: [(client) => client.signIn(USER)],
  signOut: [(client) => client.signOut()],
  probe: [(client) => client.probe(filmOf(5_000_000), { options: OPTIONS })],
  send: [
    (client) => client.send(filmOf(1_000_000), { options: OPTIONS, whole: true }),
    (client) => client.send(filmOf(1_000_001), { options: OPTIONS, plan: planOf(1_000_000) }),
    (client) => client.send(filmOf(2_000_000), { options: OPTIONS, whole: true }),
  ],
  forget: [(client) => client.forget('0'.repeat(64))],
  watch: [(client) => client.watch(ID, { onChange: () => undefined, sendWhole: undefined })],
  events: [(client) => Array.fromAsync(client.events(ID))],
  // The second event comes from a second stream, which the client asks for with the id of the first one.
  watchJobs: [async (client) => take(2, client.watchJobs())],
  jobs: [(client) => client.jobs({ limit: 10, cursor: 'c', status: ['done', 'failed'], search: 'é' })],
  job: [(client) => client.job(ID)],
  rename: [(client) => client.rename(ID, 'b.mp4')],
  details: [(client) => client.details(ID)],
  cancel: [(client) => client.cancel(ID)],
  retry: [(client) => client.retry(ID, { options: OPTIONS })],
  delete: [(client) => client.delete(ID)],
  archive: [(client) => client.archive([ID, ID]), (client) => client.archive([])],
  link: [(client) => client.link(ID)],
  download: [(client) => Array.fromAsync(client.download(MP3))],
};

async function take(count: number, items: AsyncIterable<unknown>): Promise<void> {
  let left = count;
  for await (const _ of items) {
    left -= 1;
    if (left === 0) return;
  }
}

async function runAll(): Promise<Exchange[]> {
  const { transport, exchanges } = recordingTransport();
  const clock = createTestClock();
  const client = createClient({ transport, clock, streaming: true });
  await client.signIn(USER);
  for (const call of Object.values(CALLS).flat()) {
    await call(client);
    if (call === CALLS.signOut[0]) await client.signIn(USER);
  }
  // The token is renewed before it expires.
  clock.advance(899_000);
  await client.job(ID);
  const tus = createTus(client.session);
  await tus.offset(ID, signal);
  await tus.terminate(ID, signal);
  const operator = createFailedJobsApi(transport, 'token', { clock, signal });
  await Array.fromAsync(operator.list());
  await operator.retry(ID);
  await operator.drop(ID);
  return exchanges;
}

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
const paths = openapi.paths as unknown as Record<string, Record<string, Operation>>;
const schemas = openapi.components.schemas as unknown as Record<string, object>;

const operationOf = (name: string): Operation | undefined => {
  const [method = '', path = ''] = name.split(' ');
  // A route of GET answers HEAD as well (RFC 9110, 9.3.2), and is described once.
  return paths[path]?.[method.toLowerCase()] ?? (method === 'HEAD' ? paths[path]?.get : undefined);
};

/** Puts the schemas in the place of their references. */
function resolve(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolve);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, $schema: _dialect, ...rest } = schema as Record<string, unknown>;
  if ($ref) return resolve(schemas[String($ref).split('/').at(-1) ?? '']);
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, resolve(value)]));
}

/** Headers to which HTTP itself gives a meaning. */
const OF_HTTP = /^(accept|accept-encoding|authorization|content-(type|length)|if-range)$/;

describe('the client of the API', async () => {
  const exchanges = await runAll();

  it('has called each operation that this test answers', () => {
    const called = new Set(exchanges.map(({ operation }) => operation));
    assert.deepEqual([...called].sort(), Object.keys(ANSWERS).sort());
  });

  it('is called by this test with each of its methods', () => {
    const { transport } = recordingTransport();
    const { session: _session, ...methods } = createClient({ transport });
    assert.deepEqual(Object.keys(CALLS), Object.keys(methods));
  });

  for (const [operation, calls] of Map.groupBy(exchanges, (exchange) => exchange.operation)) {
    const documented = operationOf(operation);

    it(`calls ${operation} as the OpenAPI document describes it`, () => {
      assert.ok(documented, 'it is documented');
      const named = (place: string) =>
        (documented.parameters ?? []).filter((one) => one.in === place).map(({ name }) => name.toLowerCase());
      for (const { request } of calls) {
        for (const name of Object.keys(request.query ?? {})) assert.ok(named('query').includes(name), name);
        for (const name of Object.keys(request.headers ?? {})) {
          assert.ok(OF_HTTP.test(name) || named('header').includes(name), name);
        }
        const type = request.body && request.headers?.['content-type'];
        if (type) {
          const accepted = Object.keys(documented.requestBody?.content ?? {});
          assert.ok(accepted.includes(type) || accepted.includes('*/*'), type);
        }
      }
    });

    const parsed = calls.flatMap(({ schema }) => schema ?? []);
    if (parsed.length > 0) {
      it(`reads the response of ${operation} by the schema of the OpenAPI document`, () => {
        const successes = Object.entries(documented?.responses ?? {}).filter(([status]) => status < '300');
        const expected = successes.flatMap(([, { content }]) => content?.['application/json']?.schema ?? []);
        for (const schema of parsed) assert.deepEqual([resolve(schema)], expected.map(resolve));
      });
    }
  }
});
