import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countConverting, openJobIds, outcomeOfKill } from '../../k8s/conversions.ts';
import type { LoadUser, SentFilm } from '../../load/send-films.ts';

type Seen = { id: string; status: string; attempts: number };
const job = (id: string, status: string, attempts: number): Seen => ({ id, status, attempts });

/** The films of a load whose user sees these jobs. */
function filmsOf(jobs: readonly Seen[], load = 'kill'): SentFilm[] {
  const get: LoadUser['get'] = async (path) => {
    const found = jobs.find(({ id }) => path === `/jobs/${id}`);
    return { status: found ? 200 : 404, bytes: Buffer.from(JSON.stringify(found ?? {})) };
  };
  const user = { email: 'ann@example.com', get } as LoadUser;
  return jobs.map(({ id }) => ({
    ...{ user, filename: `${load}-1-run.mp4`, sha256: '', seconds: 1, id, result: '202' },
  }));
}

describe('outcomeOfKill(sent, load, openIds)', () => {
  const open = new Set(['a', 'b']);
  const rows: [what: string, jobs: Seen[], outcome: string | undefined][] = [
    [
      'is undefined as long as a conversion may begin again',
      [job('a', 'done', 1), job('b', 'converting', 1)],
      undefined,
    ],
    [
      'is «restarted» when a conversion has begun again',
      [job('a', 'done', 1), job('b', 'converting', 2)],
      'restarted',
    ],
    [
      'is «restarted» when a conversion has begun again and is done',
      [job('a', 'done', 2), job('b', 'queued', 0)],
      'restarted',
    ],
    [
      'is «all ended» when all were done without a second attempt',
      [job('a', 'done', 1), job('b', 'done', 1)],
      'all ended',
    ],
    [
      'ignores jobs that came later',
      [job('a', 'done', 1), job('b', 'done', 1), job('c', 'converting', 1)],
      'all ended',
    ],
  ];
  for (const [what, jobs, outcome] of rows)
    it(what, async () => assert.equal(await outcomeOfKill(filmsOf(jobs), 'kill', open), outcome));

  it('ignores jobs of other loads', async () => {
    const jobs = [job('a', 'converting', 2)];
    assert.equal(await outcomeOfKill(filmsOf(jobs, 'other'), 'kill', open), 'all ended');
  });
});

describe('openJobIds(sent, load) and countConverting(sent, load)', () => {
  it('select the jobs that are not final, and count those that are being converted', async () => {
    const films = filmsOf([job('a', 'queued', 0), job('b', 'converting', 1), job('c', 'done', 1)]);
    assert.deepEqual([...(await openJobIds(films, 'kill'))], ['a', 'b']);
    assert.equal(await countConverting(films, 'kill'), 1);
  });
});
