import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeploymentRecord, recordDeployment } from '../../../../deploy/kubernetes/namespace.ts';

test('recordDeployment stores the options that readDeploymentRecord returns', async () => {
  const annotations: Record<string, string> = {};
  const cluster = {
    ask: async () => JSON.stringify({ metadata: { annotations } }),
    call: async (_what: string, [, , , ...args]: string[]) => {
      for (const [, name = '', value = ''] of args.flatMap((arg) => [/^(.+?)=(.*)$/.exec(arg) ?? []]))
        if (name) annotations[name] = value;
      return '';
    },
  };
  await recordDeployment(cluster, { overlay: 'production', publicUrl: 'https://mp3.example.com/?a=b' });
  await recordDeployment(cluster, { overlay: 'production' });
  assert.deepEqual(await readDeploymentRecord(cluster), {
    overlay: 'production',
    publicUrl: 'https://mp3.example.com/?a=b',
  });
});

test('readDeploymentRecord returns undefined options for a cluster without the namespace', async () => {
  assert.deepEqual(await readDeploymentRecord({ ask: async () => '' }), {
    overlay: undefined,
    publicUrl: undefined,
  });
});
