import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { overlayFolder, splitImage } from '../../../../deploy/kubernetes/overlay.ts';

const overlays = readdirSync(path.resolve(import.meta.dirname, '../../../../deploy/kubernetes/overlays'));

for (const [image, newName, newTag] of [
  ['mp3converter/gateway:dev', 'mp3converter/gateway', 'dev'],
  ['registry.example.com:5000/team/gateway:1', 'registry.example.com:5000/team/gateway', '1'],
  ['registry.example.com:5000/team/gateway', 'registry.example.com:5000/team/gateway', 'latest'],
  ['rabbitmq:4.2', 'rabbitmq', '4.2'],
] as const)
  test(`splitImage splits ${image} into ${newName} and ${newTag}`, () =>
    assert.deepEqual(splitImage(image), { newName, newTag }));

test('overlayFolder names the existing overlays when one does not exist', () => {
  for (const name of overlays)
    assert.throws(() => overlayFolder('prod'), new RegExp(`--overlay is prod; it may be .*\\b${name}\\b`));
});
