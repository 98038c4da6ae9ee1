import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openJobOf } from '../../../../../services/gateway/page/app/worker/open-job.ts';

const ID = '018f0000-0000-7000-8000-000000000001';
const OWN = 'https://films.example';

/** Windows at these URLs, the last used one first. */
async function press(urls: readonly string[], canFocus = true) {
  const done: unknown[] = [];
  const windows = urls.map((url) => ({
    url,
    postMessage: (message: unknown) => done.push([url, message]),
    focus: async () => {
      if (!canFocus) throw new DOMException('no', 'InvalidAccessError');
      done.push([url, 'focus']);
    },
  }));
  const openWindow = async (url: string) => done.push(['new', url]);
  const matchAll = async () => windows;
  await openJobOf(ID, { matchAll, openWindow } as unknown as Parameters<typeof openJobOf>[1]);
  return done;
}

describe('openJobOf', () => {
  it('shows the job in the page that was used last', async () => {
    const [first, second] = [`${OWN}/#/account`, `${OWN}/`];
    assert.deepEqual(await press([first, second]), [
      [first, { openJob: ID }],
      [first, 'focus'],
    ]);
  });

  it('opens a page where only other documents are open', async () => {
    assert.deepEqual(await press([`${OWN}/docs`, `${OWN}/operator`]), [['new', `/#/jobs/${ID}`]]);
  });

  it('opens a page where none is open', async () => {
    assert.deepEqual(await press([]), [['new', `/#/jobs/${ID}`]]);
  });

  it('shows the job also where the browser does not give the focus', async () => {
    assert.deepEqual(await press([`${OWN}/`], false), [[`${OWN}/`, { openJob: ID }]]);
  });
});
