import assert from 'node:assert/strict';
import { waitAtMost } from '../support/wait.ts';
import { countConverting, openJobIds, outcomeOfKill } from './conversions.ts';
import type { TestDeployment } from './test-deployment.ts';

/** How long it may take to send a film and to begin its conversion. */
const BEGIN_MS = 5 * 60_000;
/**
 * How long it may take to begin a conversion again. It includes the restart, the time after which a stalled job is published again,
 * the jobs that are queued before it, and the lease.
 */
const TAKE_OVER_MS = 5 * 60_000;
const ATTEMPTS = 3;

/**
 * Kills all converters while they convert films of a load, until one of these conversions has begun again. Calls `onKill`
 * after each kill.
 */
export async function killDuringConversion(
  { deployment, loadTest: { sent } }: TestDeployment,
  load: string,
  onKill: () => void,
): Promise<void> {
  // A conversion may end in the moment in which its converter is killed.
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    const isConverting = async (): Promise<boolean> => (await countConverting(sent, load)) > 0;
    assert.ok(await waitAtMost(isConverting, { timeoutMs: BEGIN_MS }), 'there is no conversion');
    const pods = await deployment.pods('converter');
    assert.ok(pods.length > 0, 'there is no converter');
    for (const { name } of pods) {
      await deployment.kill(name);
      onKill();
    }
    const openIds = await openJobIds(sent, load);
    const outcome = await waitAtMost(() => outcomeOfKill(sent, load, openIds), { timeoutMs: TAKE_OVER_MS });
    if (outcome === 'restarted') return;
  }
  assert.fail(`converters were killed ${ATTEMPTS} times, and never during a conversion`);
}
