import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { newJob } from '../../../support/job.ts';
import { operations, urlOf } from '../access/operations.ts';
import { withMp3 } from '../gateway-with-mp3.ts';

/** Characters that a URL can have, of which some decode to the same as others. */
const OTHERS = ['A', 'B', '0', '9', '-', '_', '.', '=', '%20', '%00'];
const REFUSED = [401, 403, 404];

describe('the link of a mail', () => {
  it('opens nothing once any of its characters is another one', async () => {
    const { call, link } = await withMp3();
    const good = link();
    assert.equal((await call('HEAD', good)).status, 200);
    for (let at = 1; at < good.length; at++) {
      for (const other of OTHERS) {
        if (good[at] === other) continue;
        const changed = good.slice(0, at) + other + good.slice(at + 1);
        const { status } = await call('HEAD', changed);
        assert.ok(REFUSED.includes(status), `${status} for ${changed}`);
      }
    }
  });

  it('opens nothing once a character is missing, is there twice, or is added at its end', async () => {
    const { call, link } = await withMp3();
    const good = link();
    const changed = [...good].flatMap((character, at) => [
      good.slice(0, at) + good.slice(at + 1),
      good.slice(0, at) + character + good.slice(at),
    ]);
    changed.push(`${good}A`, `${good}=`, `${good}%3D`, `${good}%0A`, `${good}+`, `${good}.`);
    for (const path of changed.filter((text) => text.startsWith('/') && !text.startsWith('//'))) {
      const { status } = await call('HEAD', path);
      // A separator of the query that is there twice means nothing.
      const means = path.replace('&&', '&').replace('??', '?');
      if (means === good) continue;
      assert.ok(REFUSED.includes(status), `${status} for ${path}`);
    }
  });

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    it(`is refused with 405 for ${method}`, async () => {
      const { call, link, jobs, job } = await withMp3();
      const reply = await call(method, link());
      assert.deepEqual([reply.status, reply.headers.allow], [405, 'HEAD, GET']);
      assert.equal((await jobs.get(job.id)).document.status, 'done');
    });
  }

  it('is no login for any other route', async () => {
    const { call, link, job } = await withMp3();
    const query = link().split('?')[1];
    let asked = 0;
    for (const operation of operations(openapi)) {
      const { method, path, schemes } = operation;
      const needsLogin = schemes.includes('bearer') || schemes.includes('operator');
      if (!needsLogin || (path.startsWith('/download') && path !== '/download/archive')) continue;
      const url = `${urlOf(operation, job.id)}?${query}`;
      const { status } = await call(method, url, operation.call);
      assert.equal(status, 401, `${method} ${url}`);
      asked++;
    }
    assert.ok(asked > 15, `${asked} routes`);
  });

  it('ends at its expiry, to the second', async () => {
    const { call, link, job } = await withMp3();
    const now = Math.floor(Date.now() / 1000);
    assert.equal((await call('HEAD', link(job.id, new Date((now - 1) * 1000)))).status, 410);
    assert.equal((await call('HEAD', link(job.id, new Date((now + 30) * 1000)))).status, 200);
  });

  it('opens no other job of the same owner', async () => {
    const { call, link, job, save } = await withMp3();
    const other = await save(newJob());
    assert.equal((await call('GET', link().replace(job.id, other.id))).status, 403);
  });
});
