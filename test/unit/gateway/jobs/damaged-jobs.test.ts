import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { failed, inListOrder, newJob } from '../../../support/job.ts';
import { asOperator, asOwner, buildGateway } from '../test-gateway.ts';

const DAMAGE: [what: string, text: string][] = [
  ['is not JSON', '{"revision":"a","docu'],
  ['holds no document', '{"revision":"a","document":null}'],
];

/** A gateway with five jobs. The document of the first one is damaged. */
async function build(text: string, make: () => Job) {
  const gateway = buildGateway();
  const all = [make(), make(), make(), make(), make()] as [Job, ...Job[]];
  for (const job of all) await gateway.save(job);
  await gateway.failedIndex.add(all.filter(({ status }) => status === 'failed'));
  const [broken, ...others] = all;
  await gateway.state.put(`job:${broken.id}`, text);
  const isLogged = () =>
    gateway.lines
      .objects()
      .some(({ job_id, msg }) => job_id === broken.id && /document of a job is damaged/.test(String(msg)));
  return { ...gateway, broken, others, isLogged };
}
const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

for (const [what, text] of DAMAGE) {
  describe(`a list with a job whose document ${what}`, () => {
    test('GET /jobs leaves out the damaged job and shows the others', async () => {
      const { call, others, broken, state, isLogged } = await build(text, newJob);
      const { status, json } = await call('GET', '/jobs', { headers: asOwner });
      assert.deepEqual([status, idsOf(json.jobs)], [200, idsOf(others).reverse()]);
      assert.ok(isLogged());
      // The entry stays in the list, so that the job is shown again once its document is restored.
      await state.delete(`job:${broken.id}`);
      await state.put(`job:${broken.id}`, JSON.stringify({ revision: 'b', document: broken }));
      const again = await call('GET', '/jobs', { headers: asOwner });
      assert.deepEqual(idsOf(again.json.jobs), [...idsOf(others).reverse(), broken.id]);
    });

    test('GET /operator/failed leaves out the damaged job, keeps its entry and shows the others', async () => {
      const { call, others, broken, failedIndex, isLogged } = await build(text, failed);
      const { status, json } = await call('GET', '/operator/failed', { headers: asOperator });
      assert.deepEqual([status, idsOf(json.jobs)], [200, inListOrder(others)]);
      assert.ok(isLogged());
      const entries = (await Array.fromAsync(failedIndex.list())).flatMap(({ entries }) => entries);
      assert.ok(idsOf(entries).includes(broken.id));
    });
  });
}
