import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterKill, convertingOf, openOf } from '../../k8s/conversions.ts';
import type { Sent } from '../../load/send-films.ts';
import type { User } from '../../load/user.ts';

type Seen = { id: string; status: string; attempts: number };
const job = (id: string, status: string, attempts: number): Seen => ({ id, status, attempts });

/** What was sent in the load `kill`, with a user who sees its jobs so. */
function ledgerOf(jobs: readonly Seen[], load = 'kill'): Sent[] {
  const get: User['get'] = async (path) => {
    const found = jobs.find(({ id }) => path === `/jobs/${id}`);
    return { status: found ? 200 : 404, bytes: Buffer.from(JSON.stringify(found ?? {})) };
  };
  const user = { email: 'ann@example.com', get } as User;
  return jobs.map(({ id }) => ({
    ...{ user, filename: `${load}-1-run.mp4`, sha256: '', seconds: 1, id, answer: '202' },
  }));
}

describe('what became of killed conversions', () => {
  const open = new Set(['a', 'b']);
  const rows: [what: string, jobs: Seen[], became: string | undefined][] = [
    ['is open as long as one may begin anew', [job('a', 'done', 1), job('b', 'converting', 1)], undefined],
    ['is seen when one begins anew', [job('a', 'done', 1), job('b', 'converting', 2)], 'begun anew'],
    [
      'is seen when one has begun anew and is done',
      [job('a', 'done', 2), job('b', 'queued', 0)],
      'begun anew',
    ],
    ['is known when all were done before', [job('a', 'done', 1), job('b', 'done', 1)], 'all ended'],
    [
      'does not depend on jobs that came later',
      [job('a', 'done', 1), job('b', 'done', 1), job('c', 'converting', 1)],
      'all ended',
    ],
  ];
  for (const [what, jobs, became] of rows)
    it(what, async () => assert.equal(await afterKill(ledgerOf(jobs), 'kill', open), became));

  it('is about one load', async () => {
    const jobs = [job('a', 'converting', 2)];
    assert.equal(await afterKill(ledgerOf(jobs, 'other'), 'kill', open), 'all ended');
  });

  it('is looked for among jobs that have not ended', async () => {
    const ledger = ledgerOf([job('a', 'queued', 0), job('b', 'converting', 1), job('c', 'done', 1)]);
    assert.deepEqual([...(await openOf(ledger, 'kill'))], ['a', 'b']);
    assert.equal(await convertingOf(ledger, 'kill'), 1);
  });
});
