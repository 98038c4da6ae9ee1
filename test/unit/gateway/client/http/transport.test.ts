import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import {
  ConnectionLostError,
  InvalidResponseError,
  ProblemError,
  RedirectError,
} from '../../../../../services/gateway/client/http/errors.ts';
import { createTransport } from '../../../../../services/gateway/client/http/transport.ts';
import { transportTo, URL_OF_GATEWAY } from '../test-transport.ts';

const { signal } = new AbortController();
const GET = { method: 'GET', path: '/jobs', signal } as const;

describe('createTransport', () => {
  it('appends path and query to the path of its URL', async () => {
    const urls: string[] = [];
    const transport = createTransport('http://h/v1.0/invoke/gateway/method', async (url) => {
      urls.push(String(url));
      return new Response('{}');
    });
    await (await transport.send({ ...GET, query: { filename: 'ä b' } })).discard();
    assert.deepEqual(urls, ['http://h/v1.0/invoke/gateway/method/jobs?filename=%C3%A4+b']);
  });

  it('throws problem details with code, status and Retry-After', async (context) => {
    const transport = transportTo(context, (_request, response) => {
      response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '7' });
      response.end('{"code":"too_many_requests","detail":"later"}');
    });
    await assert.rejects(transport.send(GET), (error) => {
      assert.ok(error instanceof ProblemError);
      const { code, status, retryAfterSeconds, message } = error;
      const expected = { code: 'too_many_requests', status: 429, retryAfterSeconds: 7 };
      assert.deepEqual({ code, status, retryAfterSeconds }, expected);
      assert.equal(message, 'later (too_many_requests)');
      return true;
    });
  });

  it('does not follow a redirect, and names its target', async (context) => {
    const transport = transportTo(context, (_request, response) =>
      response.writeHead(308, { location: 'https://elsewhere.test/' }).end(),
    );
    await assert.rejects(transport.send(GET), (error) => {
      assert.ok(error instanceof RedirectError);
      assert.match(error.message, /redirects to https:\/\/elsewhere\.test\//);
      return true;
    });
  });

  it('recognizes a redirect that a browser hides', async () => {
    const hidden = { ...Response.error(), status: 0, ok: false, headers: new Headers(), body: null };
    const transport = createTransport(URL_OF_GATEWAY, async () => hidden as Response);
    await assert.rejects(transport.send(GET), RedirectError);
  });

  it('takes a network error without a reason, as browsers report it, for a lost connection', async () => {
    const transport = createTransport(URL_OF_GATEWAY, () => Promise.reject(new TypeError('Failed to fetch')));
    await assert.rejects(transport.send(GET), ConnectionLostError);
  });

  it('ends a request without a response after the idle timeout', async (context) => {
    const transport = transportTo(context, () => undefined);
    await assert.rejects(transport.send({ ...GET, idleTimeoutMs: 20 }), ConnectionLostError);
  });

  it('ends a response that stops in the middle after the idle timeout', async (context) => {
    const transport = transportTo(context, (_request, response) => void response.write('{'));
    const reply = await transport.send({ ...GET, idleTimeoutMs: 20 });
    await assert.rejects(reply.json(z.object({})), ConnectionLostError);
  });

  it('rejects with the reason of the signal', async (context) => {
    const transport = transportTo(context, () => undefined);
    const stop = new AbortController();
    const sending = transport.send({ ...GET, signal: stop.signal });
    stop.abort(new Error('interrupted'));
    await assert.rejects(sending, { message: 'interrupted' });
  });

  it('rejects a body that does not match the schema', async (context) => {
    const transport = transportTo(context, (_request, response) => response.end('[]'));
    const reply = await transport.send(GET);
    await assert.rejects(reply.json(z.object({ id: z.string() })), InvalidResponseError);
  });
});
