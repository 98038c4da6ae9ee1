import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imagesInEngine } from '../../../../deploy/docker/build-images.ts';
import { DEFAULTS, OFFICIAL } from '../../../../deploy/docker/image-names.ts';

const services = ['auth', 'gateway', 'converter', 'notification'].map((name) => `mp3converter/${name}:dev`);

describe('imagesInEngine', () => {
  it('returns all images when everything was fetched and built', () =>
    assert.deepEqual(imagesInEngine(DEFAULTS, {}), [...Object.values(OFFICIAL), ...services]));

  it('returns the base and the services for a cluster whose nodes pull the servers themselves', () =>
    assert.deepEqual(imagesInEngine(DEFAULTS, { official: ['BASE_IMAGE'] }), [
      OFFICIAL.BASE_IMAGE,
      ...services,
    ]));

  it('returns only the services that were built when some are named', () =>
    assert.deepEqual(imagesInEngine(DEFAULTS, { only: ['auth'] }), ['mp3converter/auth:dev']));
});
