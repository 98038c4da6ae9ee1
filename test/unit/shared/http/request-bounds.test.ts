import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf } from '../../../../services/shared/http/connection-limits.ts';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import {
  MAX_HEADERS,
  MAX_PARAMETERS,
  MAX_URL_LENGTH,
} from '../../../../services/shared/http/request-bounds.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { inProcess } from '../../../support/in-process.ts';

const app = createApp(createLog('test', 'silent'));
app.use((context) => {
  context.body = 'ok';
});
const call = inProcess(app);
/** The test itself sends `Host` and `Connection`. */
const headers = (count: number) =>
  Object.fromEntries(Array.from({ length: count - 2 }, (_, at) => [`x-${at}`, 'y']));
const parameters = (count: number) => `/?${Array(count).fill('a').join('&')}`;

describe('requireBounds', () => {
  it('accepts a request that reaches each bound', async () => {
    assert.equal((await call('GET', '/', { headers: headers(MAX_HEADERS) })).status, 200);
    assert.equal((await call('GET', `/${'x'.repeat(MAX_URL_LENGTH - 1)}`)).status, 200);
    assert.equal((await call('GET', parameters(MAX_PARAMETERS))).status, 200);
  });

  for (const [what, path, given, status, code] of [
    ['one header more', '/', headers(MAX_HEADERS + 1), 431, 'headers_too_large'],
    ['many headers more', '/', headers(5 * MAX_HEADERS), 431, 'headers_too_large'],
    ['one character more', `/${'x'.repeat(MAX_URL_LENGTH)}`, {}, 414, 'uri_too_long'],
    ['one parameter more', parameters(MAX_PARAMETERS + 1), {}, 414, 'uri_too_long'],
    ['empty parameters', `/?${'&'.repeat(MAX_PARAMETERS)}`, {}, 414, 'uri_too_long'],
  ] as const) {
    it(`answers ${status} ${code} to a request with ${what}`, async () => {
      const reply = await call('GET', path, { headers: given });
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
    });
  }
});

describe('placeOf', () => {
  for (const [address, place] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ] as const) {
    it(`counts ${address || 'a connection without an address'} as ${place || 'one of these'}`, () => {
      assert.equal(placeOf(address), place);
    });
  }
});
