import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countRequests } from '../../../bench/queue/state-requests.ts';

it('countRequests adds up the requests to the state store of all operations, and nothing else', () => {
  const metrics = [
    '# HELP dapr_component_state_count The number of operations performed on the state component.',
    '# TYPE dapr_component_state_count counter',
    'dapr_component_state_count{app_id="converter",component="store",operation="get",success="true"} 12',
    'dapr_component_state_count{app_id="converter",component="store",operation="set",success="false"} 1.5e+03',
    'dapr_component_state_latencies_count{app_id="converter",component="store",operation="get"} 99',
    '',
  ].join('\n');
  assert.equal(countRequests(metrics), 1512);
});
