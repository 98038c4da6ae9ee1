import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerName } from '../../../../deploy/docker/sizes.ts';

// Lines of `docker history`, from the classic builder and from BuildKit.
const TABLE: [by: string, name: string][] = [
  ['/bin/sh -c #(nop) COPY dir:5f0c in node_modules ', 'COPY node_modules'],
  ['COPY /mp3converter/node_modules node_modules # buildkit', 'COPY node_modules'],
  [
    '/bin/sh -c apt-get update   && apt-get install --yes --no-install-recommends ffmpeg   && rm -rf /x',
    'ffmpeg',
  ],
  ['RUN /bin/sh -c npm ci --omit=dev # buildkit', 'npm'],
  ['/bin/sh -c #(nop) ADD file:b1 in / ', 'base'],
];

for (const [by, name] of TABLE)
  test(`layerName shortens «${by}» to «${name}»`, () => assert.equal(layerName(by), name));
