import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { toAttachment } from '../../../../services/shared/jobs/attached-details.ts';
import type { Reply } from '../../../support/in-process.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { MEASURED } from '../details/gateway-with-details.ts';
import { mp4 } from '../sample-uploads.ts';
import {
  asGuest,
  asOperator,
  asOwner,
  asStranger,
  bearer,
  buildGateway,
  type Gateway,
  OPERATOR_TOKEN,
  tokenOf,
} from '../test-gateway.ts';
import { tusClient } from '../uploads/tus/tus-client.ts';
import { type Operation, operations, urlOf } from './operations.ts';

const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
const expired = bearer(await tokenOf(OWNER, { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }));

/** Paths whose part in braces names nothing that belongs to anybody. A path is listed with the reason. */
const OF_NOBODY: Record<string, string> = {
  'GET /assets/{name}': 'files of the page, the same for all',
  'DELETE /account/sessions/{id}': 'auth decides it: test/contract/auth/own-account.test.ts',
  'PATCH /operator/accounts/{id}': 'auth decides it: test/contract/auth/own-account.test.ts',
  'OPTIONS /uploads/{id}': 'what the server can do, which reads no upload',
};

/** What auth keeps. The gateway of this test has no auth, so the contract tests of auth show who finds it and who does not. */
const OF_AUTH = /^\/(account|operator\/accounts)\//;

/** Queries that name a job, where the path does not. */
const BY_QUERY: [operation: string, query: string][] = [
  ['GET /download', 'fid'],
  ['GET /download/archive', 'id'],
];

/** An operation on one thing, with the URL for an id. */
interface OnId extends Operation {
  title: string;
  url: (id: string) => string;
}

const all = operations(openapi);
const byPath: OnId[] = all
  .filter(({ method, path }) => path.includes('{') && !(`${method} ${path}` in OF_NOBODY))
  .map((operation) => ({
    ...operation,
    title: `${operation.method} ${operation.path}`,
    url: (id) => urlOf(operation, id),
  }));
const byQuery: OnId[] = BY_QUERY.map(([title, name]) => {
  const operation = all.find(({ method, path }) => title === `${method} ${path}`);
  assert.ok(operation, title);
  return { ...operation, title: `${title}?${name}=`, url: (id) => `${operation.path}?${name}=${id}` };
});
const isForOperators = ({ schemes }: Operation) => schemes.includes('operator');
const ofUsers = [...byPath, ...byQuery].filter(
  (operation) => operation.schemes.includes('bearer') && !isForOperators(operation),
);
const ofOperators = byPath.filter(isForOperators);
const isOfStore = ({ path }: Operation) => !OF_AUTH.test(path);
/** All methods that clients send, also those that a path does not have. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A gateway in which the owner has one thing of each kind. */
async function withThings() {
  const gateway = buildGateway({ guests: true });
  const mp3BlobId = randomUUID();
  const expires = new Date(Date.now() + 3600_000);
  const attach = async () => toAttachment(MEASURED);
  const mp3 = await gateway.blobs.write(mp3BlobId, inPieces(randomBytes(5_000)), { expires, attach });
  const jobs = [
    done({ mp3BlobId, mp3: { ...mp3, duration_seconds: 60 }, expires_at: expires.toISOString() }),
    ...[failed(), newJob(), newJob({ status: 'converting' }), newJob({ status: 'cancelled' })],
  ];
  for (const job of jobs) await gateway.save(job);
  const path = await tusClient(gateway).create(100_000);
  const completed = await tusClient(gateway).create(1_000);
  const sent = await tusClient(gateway).patch(completed, 0, mp4(1_000));
  assert.equal(sent.status, 204);
  const uploads = [path, completed].map((location) => location.match(UUID)?.[0] ?? '');
  return { gateway, ids: [...jobs.map(({ id }) => id), ...uploads] };
}

/** What a client can see of an answer, without what differs between any two answers. */
function visible({ status, headers, text }: Reply) {
  const { date: _, ...others } = headers;
  return { status, headers: others, text: text.replace(UUID, 'an-id') };
}

const ask = (gateway: Gateway, { method, url, call }: OnId, id: string, headers: Record<string, string>) =>
  gateway.call(method, url(id), { ...call, headers: { ...call.headers, ...headers } });

const CALLERS: [who: string, headers: Record<string, string>, status: number][] = [
  ['another user', asStranger, 404],
  ['a guest', asGuest, 404],
  ['somebody without a token', {}, 401],
  ['the owner with an expired token', expired, 401],
  ['the operator', bearer(OPERATOR_TOKEN), 401],
];

describe('what belongs to a user', () => {
  it('is reached by at least these operations of the document', () => {
    assert.ok(ofUsers.length >= 16, ofUsers.map(({ title }) => title).join());
    assert.ok(ofOperators.length >= 2);
    const missing = byPath.filter((operation) => ![...ofUsers, ...ofOperators].includes(operation));
    assert.deepEqual(
      missing.map(({ title }) => title),
      [],
      'has a part in its path, and neither a login nor a reason in OF_NOBODY',
    );
  });

  it('is named by no other parameter of a query', () => {
    const named = all.flatMap(({ method, path, parameters }) =>
      parameters
        .filter((parameter) => parameter.in === 'query' && /^f?ids?$|_id$/.test(parameter.name))
        .map(({ name }) => [`${method} ${path}`, name]),
    );
    assert.deepEqual(named.sort(), BY_QUERY.toSorted());
  });

  for (const [who, headers, status] of CALLERS) {
    it(`does not exist for ${who}: each operation answers ${status}, as for an id that nobody has`, async () => {
      const { gateway, ids } = await withThings();
      for (const operation of ofUsers) {
        const absent = visible(await ask(gateway, operation, randomUUID(), headers));
        assert.equal(absent.status, status, `${operation.title}: ${absent.text}`);
        for (const id of ids) {
          const reply = visible(await ask(gateway, operation, id, headers));
          assert.deepEqual(reply, absent, operation.title);
        }
      }
    });
  }

  it('is not told apart by any other method', async () => {
    const { gateway, ids } = await withThings();
    for (const operation of ofUsers) {
      for (const method of METHODS) {
        const other = { ...operation, method, call: { headers: operation.call.headers } };
        const absent = visible(await ask(gateway, other, randomUUID(), asStranger));
        assert.ok(
          absent.status >= 400 || method === 'OPTIONS',
          `${method} ${operation.title} ${absent.status}`,
        );
        for (const id of ids)
          assert.deepEqual(
            visible(await ask(gateway, other, id, asStranger)),
            absent,
            `${method} ${operation.title}`,
          );
      }
    }
  });

  it('is as it was after all that others have tried', async () => {
    const { gateway, ids } = await withThings();
    const before = await snapshot(gateway, ids);
    for (const [, headers] of CALLERS)
      for (const operation of ofUsers) for (const id of ids) await ask(gateway, operation, id, headers);
    assert.deepEqual(await snapshot(gateway, ids), before);
  });

  it('is there for the owner, so that the refusals above are not for another reason', async () => {
    for (const operation of ofUsers.filter(isOfStore)) {
      const { gateway, ids } = await withThings();
      const statuses: number[] = [];
      for (const id of ids) {
        if (operation.path.endsWith('/events')) continue;
        statuses.push((await ask(gateway, operation, id, asOwner)).status);
      }
      const isFound = statuses.some((status) => status !== 404 && status !== 401);
      assert.ok(isFound || operation.path.endsWith('/events'), `${operation.title}: ${statuses.join()}`);
    }
  });
});

describe('what is for operators', () => {
  for (const [who, headers] of [...CALLERS.slice(0, 4), ['the owner', asOwner]] as const) {
    it(`answers ${who} with 401, whether there is such a job or not`, async () => {
      const { gateway, ids } = await withThings();
      for (const operation of ofOperators) {
        const absent = visible(await ask(gateway, operation, randomUUID(), headers));
        assert.equal(absent.status, 401, operation.title);
        for (const id of ids) assert.deepEqual(visible(await ask(gateway, operation, id, headers)), absent);
      }
    });
  }

  it('answers the operator with 404 for an id that nobody has', async () => {
    const { gateway } = await withThings();
    for (const operation of ofOperators.filter(isOfStore))
      assert.equal((await ask(gateway, operation, randomUUID(), asOperator)).status, 404, operation.title);
  });
});

/** What the owner sees of everything, and what is stored. */
async function snapshot(gateway: Gateway, ids: readonly string[]) {
  const views = [];
  for (const id of ids)
    for (const path of [`/jobs/${id}`, `/uploads/${id}`])
      views.push((await gateway.call('GET', path, { headers: asOwner })).text);
  return { views, keys: gateway.storedKeys().toSorted() };
}
