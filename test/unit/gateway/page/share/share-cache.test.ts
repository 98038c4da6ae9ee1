import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  listShares,
  openShares,
  putPart,
  putShare,
} from '../../../../../services/gateway/page/app/share/share-cache.ts';

const browser = globalThis as Record<string, unknown>;
const NOW = 1_700_000_000_000;

/** The caches of a browser, as far as shares use them: one cache, with relative URLs. */
function memoryCaches() {
  const entries = new Map<string, Response>();
  const cache = {
    put: async (url: string, response: Response) => void entries.set(`https://films.example${url}`, response),
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
    match: async ({ url }: Request) => entries.get(url),
    delete: async ({ url }: Request) => entries.delete(url),
  };
  return { entries, caches: { has: async () => true, open: async () => cache } };
}

describe('listShares', () => {
  let entries: Map<string, Response>;
  beforeEach(() => {
    const memory = memoryCaches();
    entries = memory.entries;
    browser.caches = memory.caches;
  });
  afterEach(() => {
    delete browser.caches;
  });

  for (const [what, at, isKept] of [
    ['keeps a share of now', NOW, true],
    ['keeps a share that arrives while another tab lists all', NOW + 1, true],
    ['keeps a share of a clock that is a minute ahead', NOW + 60_000, true],
    ['removes a share of a clock that was set back since', NOW + 60_001, false],
    ['keeps a share for nearly an hour', NOW - 3_599_999, true],
    ['removes a share after an hour', NOW - 3_600_000, false],
  ] as const)
    it(what, async () => {
      const share = { id: 'film', at, type: 'multipart/form-data', parts: 1 };
      const cache = await openShares();
      await putPart(cache, share, 0, 'the film');
      await putShare(cache, share);
      assert.deepEqual(await listShares(NOW), isKept ? [share] : []);
      assert.equal(entries.size, isKept ? 2 : 0);
    });

  it('keeps the parts of a share that still arrives, and does not list it', async () => {
    await putPart(await openShares(), { id: 'film', at: NOW + 500 }, 0, 'the film');
    assert.deepEqual(await listShares(NOW), []);
    assert.equal(entries.size, 1);
  });
});
