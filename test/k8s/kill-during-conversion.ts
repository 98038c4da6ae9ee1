import assert from 'node:assert/strict';
import { within } from '../load/within.ts';
import { afterKill, convertingOf, openOf } from './conversions.ts';
import type { Setting } from './test-deployment.ts';

/** For a film to be sent, and a converter to begin with it. */
const BEGIN_MS = 5 * 60_000;
/** For a conversion to begin anew: a new start, the silence after which a job is published again, the queue before it, the lease. */
const TAKE_OVER_MS = 5 * 60_000;
const TRIES = 3;

/** Kills all converters while they convert films of a load, until one of those has begun anew. Tells of each that it has killed. */
export async function killAtWork(
  { deployed, trial: { ledger } }: Setting,
  load: string,
  killed: () => void,
): Promise<void> {
  // It may be done with it in the moment in which it is killed.
  for (let tries = 0; tries < TRIES; tries++) {
    assert.ok(await within(BEGIN_MS, async () => (await convertingOf(ledger, load)) > 0), 'no conversion');
    const pods = await deployed.pods('converter');
    assert.ok(pods.length > 0, 'no converter');
    for (const { name } of pods) {
      await deployed.kill(name);
      killed();
    }
    const open = await openOf(ledger, load);
    if ((await within(TAKE_OVER_MS, () => afterKill(ledger, load, open))) === 'begun anew') return;
  }
  assert.fail(`converters were killed ${TRIES} times, and never in the middle of their work`);
}
