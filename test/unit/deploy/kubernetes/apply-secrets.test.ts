import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySecrets } from '../../../../deploy/kubernetes/apply-secrets.ts';

/** A fake cluster that stores applied secrets and records the calls of kubectl. */
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

test('applySecrets passes values through the standard input and changes nothing the second time', async () => {
  const cluster = clusterWith([]);
  const made = await applySecrets(cluster, {}, true);
  assert.ok(made.includes('mp3converter') && made.includes('mongodb'));
  const [{ args, input } = { args: [], input: '{}' }] = cluster.calls;
  const values = JSON.parse(input).items.flatMap(({ data }: { data: Record<string, string> }) =>
    Object.values(data),
  );
  assert.ok(values.length > 10);
  for (const value of values.filter(Boolean)) assert.ok(!args.join(' ').includes(value));
  // Client-side apply would keep a copy of the values in an annotation.
  assert.ok(args.includes('--server-side'));
  assert.deepEqual(await applySecrets(cluster, {}, true), []);
  assert.equal(cluster.calls.length, 1);
});

test('applySecrets changes only the existing secrets for which a value is given', async () => {
  const cluster = clusterWith([]);
  await applySecrets(cluster, {}, true);
  assert.deepEqual(await applySecrets(cluster, { SMTP_HOST: 'mail.example.com' }, true), ['mp3converter']);
});

test('applySecrets does not touch keys that it does not know', async () => {
  const binary = Buffer.from([0xff, 0x00, 0xfe]).toString('base64');
  const cluster = clusterWith([{ metadata: { name: 'mp3converter' }, data: { 'redis-host': binary } }]);
  await applySecrets(cluster, {}, true);
  for (const { input } of cluster.calls) assert.ok(!input.includes('redis-host'));
});
