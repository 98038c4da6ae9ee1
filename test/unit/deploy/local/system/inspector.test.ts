import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readDaprYaml } from '../../../../../deploy/local/system/dapr-yaml.ts';
import { INSPECTOR_PORTS, withInspector } from '../../../../../deploy/local/system/inspector.ts';

const apps = readDaprYaml(path.resolve(import.meta.dirname, '../../../../..'), {});

describe('withInspector', () => {
  for (const app of apps)
    it(`runs ${app.appId} of dapr.yaml under the inspector of Node on this machine only`, () => {
      const [program, ...args] = app.command;
      assert.deepEqual(withInspector(app, 9300).command, [program, '--inspect=127.0.0.1:9300', ...args]);
    });

  it('leaves an app as it is without a port', () => {
    assert.equal(withInspector(apps[0] as (typeof apps)[0], undefined), apps[0]);
  });

  it('refuses an app that runs another program', () => {
    const app = { ...(apps[0] as (typeof apps)[0]), command: ['python3', 'main.py'] };
    assert.throws(() => withInspector(app, 9300), /it runs python3, not node/);
  });

  it('has a port for every app of dapr.yaml', () => {
    assert.deepEqual(Object.keys(INSPECTOR_PORTS).toSorted(), apps.map(({ appId }) => appId).toSorted());
  });
});
