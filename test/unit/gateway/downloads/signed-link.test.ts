import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSignedLinks } from '../../../../services/gateway/downloads/signed-link.ts';
import { newJob } from '../../../support/job.ts';
import { MP3, withMp3 } from '../gateway-with-mp3.ts';
import { asOwner, asStranger } from '../test-gateway.ts';

describe('createSignedLinks', () => {
  test('makes links that start with the public URL', () => {
    for (const publicUrl of ['https://example.com/mp3', 'https://example.com/mp3/']) {
      const url = new URL(
        createSignedLinks(publicUrl, 'secret').sign('some-job', new Date(1_700_000_000_500)),
      );
      assert.equal(url.origin + url.pathname, 'https://example.com/mp3/download/some-job');
      assert.equal(url.searchParams.get('expires'), '1700000000');
      assert.match(url.searchParams.get('signature') ?? '', /^[\w-]{43}$/);
    }
  });

  test('serves the MP3 without a login until the link expires', async () => {
    const { call, link } = await withMp3();
    const { status, bytes } = await call('GET', link());
    assert.equal(status, 200);
    assert.ok(bytes.equals(MP3.subarray(0, 1000)));
    assert.equal((await call('GET', link(), { headers: { range: 'bytes=0-9' } })).status, 206);
    assert.equal((await call('HEAD', link())).status, 200);
  });

  test('serves the MP3 to another user who has the link', async () => {
    const { call, link } = await withMp3();
    assert.equal((await call('GET', link(), { headers: asStranger })).status, 200);
  });

  test('accepts the signature also at GET /download?fid=', async () => {
    const { call, link, job } = await withMp3();
    const query = link().split('?')[1];
    assert.equal((await call('GET', `/download?fid=${job.id}&${query}`)).status, 200);
  });

  type Change = (url: URL, id: string) => void;
  const set =
    (name: string, value: (old: string) => string): Change =>
    (url) =>
      url.searchParams.set(name, value(url.searchParams.get(name) ?? ''));
  const BAD: [what: string, change: Change, status: number, code: string][] = [
    ['a later expiry', set('expires', (seconds) => String(Number(seconds) + 9999)), 403, 'forbidden'],
    ['another spelling of the expiry', set('expires', (seconds) => `0${seconds}`), 403, 'forbidden'],
    ['an expiry that is no number', set('expires', () => 'never'), 403, 'forbidden'],
    [
      'another signature',
      set('signature', (text) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)),
      403,
      'forbidden',
    ],
    ['a signature cut short', set('signature', (text) => text.slice(0, 20)), 403, 'forbidden'],
    ['an empty signature', set('signature', () => ''), 403, 'forbidden'],
    ['no signature', (url) => url.searchParams.delete('signature'), 401, 'invalid_token'],
    ['no expiry', (url) => url.searchParams.delete('expires'), 401, 'invalid_token'],
    ['two expiries', (url) => url.searchParams.append('expires', '1'), 401, 'invalid_token'],
    [
      'another job',
      (url) => {
        url.pathname = `/download/${newJob().id}`;
      },
      403,
      'forbidden',
    ],
    [
      'the path of another route for the same job',
      (url, id) => {
        url.pathname = `/jobs/${id}`;
      },
      401,
      'invalid_token',
    ],
  ];
  for (const [what, change, status, code] of BAD) {
    test(`refuses a link with ${what} with ${status} ${code}`, async () => {
      const { call, link, job } = await withMp3();
      const url = new URL(link(), 'http://gateway');
      change(url, job.id);
      const reply = await call('GET', url.pathname + url.search);
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
    });
  }

  test('refuses an expired link with 410', async () => {
    const { call, link, job } = await withMp3();
    const { status, json } = await call('GET', link(job.id, new Date(Date.now() - 1000)));
    assert.deepEqual([status, json.code], [410, 'expired']);
  });

  test('refuses a link that was signed with another secret with 403, also for the owner', async () => {
    const { call, job } = await withMp3();
    const url = new URL(createSignedLinks('http://x', 'guessed').sign(job.id, new Date(Date.now() + 9999)));
    const { status, json } = await call('GET', url.pathname + url.search, { headers: asOwner });
    assert.deepEqual([status, json.code], [403, 'forbidden']);
  });

  test('answers 404 for a link to a job that does not exist', async () => {
    const { call, link } = await withMp3();
    assert.equal((await call('GET', link(newJob().id))).status, 404);
  });

  test('does not log the signature', async () => {
    const { call, link, lines } = await withMp3();
    const url = link();
    await call('GET', url);
    await call('GET', url.replace('signature=', 'signature=x'));
    assert.doesNotMatch(lines.text(), /signature=/);
  });
});
