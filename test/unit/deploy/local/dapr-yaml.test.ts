import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AppSpec, parseDaprYaml } from '../../../../deploy/local/system/dapr-yaml.ts';
import { sidecarArgs } from '../../../../deploy/local/system/sidecar.ts';

const yaml = `
version: 1
common:
  resourcesPaths: [components/app, components/blobs/mongodb]
  configFilePath: components/app/configuration.yaml
  apiListenAddresses: 0.0.0.0
  placementHostAddress: ""
  maxBodySize: 4Mi
  enableAppHealthCheck: true
  appHealthCheckPath: /healthz
  env: { LOG_LEVEL: info, RETRIES: 3 }
apps:
  - appID: gateway
    appDirPath: ./services/gateway
    appPort: 8080
    maxBodySize: 4Gi
    command: [node, main.ts]
    env: { LOG_LEVEL: debug }
  - appDirPath: services/auth/
    enableAppHealthCheck: false
    appHealthProbeInterval: 5
    configFilePath: own.yaml
    resourcesPath: ../own
    command: [node, main.ts]
`;
const [gateway, auth] = parseDaprYaml(yaml, '/repo') as [AppSpec, AppSpec];
const ports = { http: 1, grpc: 2, internal: 3, metrics: 4 };

test("an app's own setting wins over the common one", () => {
  assert.ok(gateway.daprdFlags.includes('--max-body-size=4Gi'));
  assert.ok(auth.daprdFlags.includes('--max-body-size=4Mi'));
  assert.deepEqual(gateway.env, { LOG_LEVEL: 'debug', RETRIES: '3' });
});

test('true becomes a flag, false none, a number its text', () => {
  assert.ok(gateway.daprdFlags.includes('--enable-app-health-check'));
  assert.ok(!auth.daprdFlags.some((flag) => flag.startsWith('--enable-app-health-check')));
  assert.ok(auth.daprdFlags.includes('--app-health-probe-interval=5'));
});

test("common paths start at dapr.yaml's folder, an app's own at its appDirPath, and replace the common ones", () => {
  assert.deepEqual(gateway.resources, ['/repo/components/app', '/repo/components/blobs/mongodb']);
  assert.equal(gateway.config, '/repo/components/app/configuration.yaml');
  assert.deepEqual(auth.resources, ['/repo/services/own']);
  assert.equal(auth.config, '/repo/services/auth/own.yaml');
});

test('an app without an id is called after its folder', () => {
  assert.equal(auth.appId, 'auth');
});

test('a sidecar listens on this machine only, whatever dapr.yaml says', () => {
  const args = sidecarArgs(gateway, ports, 8080, '/names.yaml').join(' ');
  for (const flag of [
    'dapr-listen-addresses',
    'dapr-internal-grpc-listen-address',
    'metrics-listen-address',
  ]) {
    assert.match(args, new RegExp(`--${flag} 127\\.0\\.0\\.1( |$)`));
  }
  assert.doesNotMatch(args, /0\.0\.0\.0(?!\d)/);
});

test('the names come after the configuration that they are laid over', () => {
  const args = sidecarArgs(gateway, ports, 8080, '/names.yaml');
  assert.deepEqual(
    args.filter((_, index) => args[index - 1] === '--config'),
    ['/repo/components/app/configuration.yaml', '/names.yaml'],
  );
});

test('placement and scheduler are off once, and a bare sidecar has no app port', () => {
  const args = sidecarArgs(gateway, ports, undefined, '/names.yaml');
  assert.equal(args.filter((arg) => arg.startsWith('--placement-host-address')).length, 1);
  assert.ok(!args.includes('--app-port'));
});

for (const { name, text, message } of [
  {
    name: 'an unknown key',
    text: yaml.replace('maxBodySize: 4Mi', 'maxBodySise: 4Mi'),
    message: /maxBodySise/,
  },
  { name: 'no command', text: 'version: 1\napps:\n  - {appID: a, appDirPath: a}', message: /command/ },
  { name: 'no version', text: 'apps:\n  - {appDirPath: a, command: [x]}', message: /version/ },
]) {
  test(`refused with the key's name: ${name}`, () => {
    assert.throws(() => parseDaprYaml(text, '/repo'), message);
  });
}
