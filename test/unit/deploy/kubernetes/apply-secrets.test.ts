import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySecrets } from '../../../../deploy/kubernetes/apply-secrets.ts';

/** What kubectl is told, and a cluster that takes it. */
function clusterWith(items: { metadata: { name: string }; data: Record<string, string> }[]) {
  const calls: { args: string[]; input: string }[] = [];
  return {
    calls,
    ask: async () => JSON.stringify({ items }),
    call: async (_what: string, args: string[], { input = '' } = {}) => {
      calls.push({ args, input });
      for (const { metadata, data } of JSON.parse(input).items) {
        const found = items.find((one) => one.metadata.name === metadata.name);
        if (found) found.data = { ...found.data, ...data };
        else items.push({ metadata, data });
      }
      return '';
    },
  };
}

test('secrets go through the standard input, and a second time there is nothing to do', async () => {
  const cluster = clusterWith([]);
  const made = await applySecrets(cluster, {}, true);
  assert.ok(made.includes('mp3converter') && made.includes('mongodb'));
  const [{ args, input } = { args: [], input: '{}' }] = cluster.calls;
  const values = JSON.parse(input).items.flatMap(({ data }: { data: Record<string, string> }) =>
    Object.values(data),
  );
  assert.ok(values.length > 10);
  for (const value of values.filter(Boolean)) assert.ok(!args.join(' ').includes(value));
  // It keeps no copy in an annotation, as client-side apply does.
  assert.ok(args.includes('--server-side'));
  assert.deepEqual(await applySecrets(cluster, {}, true), []);
  assert.equal(cluster.calls.length, 1);
});

test('of what is there only what is given now is changed', async () => {
  const cluster = clusterWith([]);
  await applySecrets(cluster, {}, true);
  assert.deepEqual(await applySecrets(cluster, { SMTP_HOST: 'mail.example.com' }, true), ['mp3converter']);
});

test('keys that are not ours are not touched, whatever they hold', async () => {
  const binary = Buffer.from([0xff, 0x00, 0xfe]).toString('base64');
  const cluster = clusterWith([{ metadata: { name: 'mp3converter' }, data: { 'redis-host': binary } }]);
  await applySecrets(cluster, {}, true);
  for (const { input } of cluster.calls) assert.ok(!input.includes('redis-host'));
});
