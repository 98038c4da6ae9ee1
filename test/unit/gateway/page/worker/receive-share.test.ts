import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isShare, receiveShare } from '../../../../../services/gateway/page/app/worker/receive-share.ts';

const OWN = 'https://films.example';
const SHARE = { method: 'POST', mode: 'navigate', destination: 'document', url: `${OWN}/share` };
/** What no constructor of a request can make. */
const requestOf = (fields: object) => ({ ...SHARE, headers: new Headers(), ...fields }) as unknown as Request;

describe('isShare', () => {
  const REQUESTS: [what: string, fields: object, expected: boolean][] = [
    ['what a system sends', {}, true],
    ['a form in a frame', { destination: 'iframe' }, false],
    ['a request of a script', { mode: 'cors', destination: '' }, false],
    ['an upload', { url: `${OWN}/upload`, mode: 'cors', destination: '' }, false],
    ['a form that is sent to another path', { url: `${OWN}/session` }, false],
    ['a page that is opened', { method: 'GET' }, false],
  ];
  for (const [what, fields, expected] of REQUESTS)
    it(`is ${expected} for ${what}`, () => assert.equal(isShare(requestOf(fields)), expected));
});

describe('receiveShare', () => {
  async function receive(origin: string | undefined, keep: () => Promise<void> = async () => {}) {
    let kept = 0;
    const headers = new Headers(origin === undefined ? {} : { Origin: origin });
    const { status, headers: answered } = await receiveShare(requestOf({ headers }), OWN, async () => {
      kept += 1;
      await keep();
    });
    return { kept, status, location: answered.get('location') };
  }

  for (const origin of [undefined, 'null', OWN])
    it(`keeps what comes from the origin ${origin}, and opens the page`, async () => {
      assert.deepEqual(await receive(origin), { kept: 1, status: 303, location: `${OWN}/#/shared` });
    });

  for (const origin of ['https://evil.example', 'http://films.example', 'https://films.example:444', ''])
    it(`keeps nothing that comes from the origin ${JSON.stringify(origin)}, and opens the page without a word`, async () => {
      assert.deepEqual(await receive(origin), { kept: 0, status: 303, location: `${OWN}/` });
    });

  it('opens the page, which says that nothing arrived, where it cannot be kept', async () => {
    const refused = async () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    assert.deepEqual(await receive('null', refused), { kept: 1, status: 303, location: `${OWN}/#/shared` });
  });
});
