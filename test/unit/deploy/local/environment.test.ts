import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveEnvFile } from '../../../../deploy/local/system/app.ts';
import { mergeEnvironment } from '../../../../deploy/local/system/environment.ts';
import { isRecent } from '../../../../deploy/local/tools/daprd.ts';

const real = {
  PATH: '/bin',
  MYSQL_URL: 'mysql://user',
  LINK_SECRET: 'link',
  OPERATOR_TOKEN: 'operator',
  DAPR_API_TOKEN: 'token',
  SMTP_PASSWORD: 'mail',
  LOG_LEVEL: 'info',
};

test("a service gets its own secrets and none of another's", () => {
  const gateway = mergeEnvironment({
    file: { LINK_SECRET: 'made', PUBLIC_URL: 'http://x' },
    real,
    yaml: {},
    extra: {},
  });
  assert.deepEqual(gateway, { PATH: '/bin', LOG_LEVEL: 'info', LINK_SECRET: 'link', PUBLIC_URL: 'http://x' });
});

test('the caller wins over dapr.yaml, dapr.yaml over the environment, the environment over the file', () => {
  const layers = {
    file: { A: 'file', B: 'file', C: 'file', D: 'file' },
    real: { B: 'real', C: 'real', D: 'real' },
    yaml: { C: 'yaml', D: 'yaml' },
    extra: { D: 'extra' },
  };
  assert.deepEqual(mergeEnvironment(layers), { A: 'file', B: 'real', C: 'yaml', D: 'extra' });
});

for (const [argument, expected] of [
  ['--env-file-if-exists=../../.data/env/a.env', '--env-file-if-exists=/state/.data/env/a.env'],
  ['--env-file=x.env', '--env-file=/state/services/a/x.env'],
  ['main.ts', 'main.ts'],
] as const) {
  test(`an environment file is the one beside this system's state: ${argument}`, () => {
    assert.equal(resolveEnvFile(argument, '/state/services/a'), expected);
  });
}

for (const [said, recent] of [
  ['1.18.2\n', true],
  ['1.16.0', true],
  ['2.0.0', true],
  ['1.15.9', false],
  ['edge', true],
  ['no version', false],
] as const) {
  test(`a daprd that says ${said.trim()} is ${recent ? 'used' : 'ignored'}`, () => {
    assert.equal(isRecent(said), recent);
  });
}
