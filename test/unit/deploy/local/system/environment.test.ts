import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeEnvironment } from '../../../../../deploy/local/system/environment.ts';

const real = {
  PATH: '/bin',
  MYSQL_URL: 'mysql://user',
  LINK_SECRET: 'link',
  OPERATOR_TOKEN: 'operator',
  DAPR_API_TOKEN: 'token',
  SMTP_PASSWORD: 'mail',
  LOG_LEVEL: 'info',
};

describe('mergeEnvironment', () => {
  it('gives a service its own secrets and none of another service', () => {
    const gateway = mergeEnvironment({
      file: { LINK_SECRET: 'made', PUBLIC_URL: 'http://x' },
      real,
      yaml: {},
      extra: {},
    });
    assert.deepEqual(gateway, {
      ...{ PATH: '/bin', LOG_LEVEL: 'info' },
      ...{ LINK_SECRET: 'link', PUBLIC_URL: 'http://x' },
    });
  });

  it('prefers the caller to dapr.yaml, dapr.yaml to the environment, and the environment to the file', () => {
    const layers = {
      file: { A: 'file', B: 'file', C: 'file', D: 'file' },
      real: { B: 'real', C: 'real', D: 'real' },
      yaml: { C: 'yaml', D: 'yaml' },
      extra: { D: 'extra' },
    };
    assert.deepEqual(mergeEnvironment(layers), { A: 'file', B: 'real', C: 'yaml', D: 'extra' });
  });
});
