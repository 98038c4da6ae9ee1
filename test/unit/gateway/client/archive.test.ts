import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkArchive } from '../../../../services/gateway/client/archive.ts';
import { ForeignResponseError, ProblemError } from '../../../../services/gateway/client/http/errors.ts';
import { sessionWithoutLogin } from './test-transport.ts';

const { signal } = new AbortController();

describe('checkArchive', () => {
  for (const [status, code] of [
    [404, 'not_found'],
    [422, 'too_many_files'],
    [429, 'too_many_requests'],
    [500, 'internal'],
    [503, 'unavailable'],
  ] as const)
    it(`fails with ${code} where the response has the status ${status}, and no body as always with HEAD`, async (context) => {
      const session = sessionWithoutLogin(context, (request, response) => {
        assert.equal(`${request.method} ${request.url}`, 'HEAD /download/archive?id=a&id=b');
        response.writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '5' }).end();
      });
      const error: unknown = await checkArchive(session, ['a', 'b'], signal).catch((cause: unknown) => cause);
      assert.ok(error instanceof ProblemError, String(error));
      assert.deepEqual([error.status, error.code, error.retryAfterSeconds], [status, code, 5]);
    });

  it('fails as it was answered where the gateway has no such status', async (context) => {
    const session = sessionWithoutLogin(context, (_request, response) => response.writeHead(502).end());
    await assert.rejects(checkArchive(session, [], signal), ForeignResponseError);
  });

  it('resolves where there is an archive', async (context) => {
    const session = sessionWithoutLogin(context, (_request, response) => response.writeHead(200).end());
    await checkArchive(session, [], signal);
  });
});
