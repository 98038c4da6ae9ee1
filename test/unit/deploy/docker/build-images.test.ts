import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeHere } from '../../../../deploy/docker/build-images.ts';
import { DEFAULTS, OFFICIAL } from '../../../../deploy/docker/image-names.ts';

const services = ['auth', 'gateway', 'converter', 'notification'].map((name) => `mp3converter/${name}:dev`);

describe('the images whose sizes are told', () => {
  it('are all, where all are fetched and built', () =>
    assert.deepEqual(madeHere(DEFAULTS, {}), [...Object.values(OFFICIAL), ...services]));

  it('are the base and the services for a cluster whose nodes pull the servers, since no server is here', () =>
    assert.deepEqual(madeHere(DEFAULTS, { official: ['BASE_IMAGE'] }), [OFFICIAL.BASE_IMAGE, ...services]));

  it('are the services that are built, where only some are', () =>
    assert.deepEqual(madeHere(DEFAULTS, { only: ['auth'] }), ['mp3converter/auth:dev']));
});
