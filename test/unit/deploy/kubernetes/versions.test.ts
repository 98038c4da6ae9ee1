import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVersions } from '../../../../deploy/kubernetes/versions.ts';

const versions = (kubectl: string, cluster: string) => ({
  clientVersion: { major: '1', minor: kubectl },
  serverVersion: { major: '1', minor: cluster },
});
for (const [kubectl, cluster, expectedError] of [
  ['27', '29+', undefined],
  ['36', '34', undefined],
  ['26', '34', /kubectl has version 1\.26/],
  ['34', '28', /The cluster has version 1\.28/],
] as const)
  test(`checkVersions ${expectedError ? 'refuses' : 'accepts'} kubectl 1.${kubectl} with a cluster of version 1.${cluster}`, () => {
    const check = () => checkVersions(versions(kubectl, cluster));
    if (expectedError === undefined) check();
    else assert.throws(check, expectedError);
  });
