import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type AppSpec, replicate } from '../../../deploy/local/system/dapr-yaml.ts';

const converter: AppSpec = {
  ...{ appId: 'converter', appDir: 'services/converter', appPort: 8082, appProtocol: 'http' },
  ...{ command: ['node', 'main.ts'], env: {}, daprdFlags: [], resources: [], config: undefined },
};

it('one instance of an app has its name', () => {
  assert.deepEqual(replicate(converter, 1), [{ ...converter, name: 'converter' }]);
});

it('several instances share the id, by which they compete, and have names of their own', () => {
  const instances = replicate(converter, 3);
  assert.deepEqual(
    instances.map(({ appId, name }) => [appId, name]),
    [
      ['converter', 'converter'],
      ['converter', 'converter-2'],
      ['converter', 'converter-3'],
    ],
  );
});
