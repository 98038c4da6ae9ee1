import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AppSpec, parseDaprYaml, replicate } from '../../../../../deploy/local/system/dapr-yaml.ts';
import { sidecarArgs } from '../../../../../deploy/local/system/sidecar.ts';

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
    resourcesPaths: [../own]
    command: [node, main.ts]
`;
const [gateway, auth] = parseDaprYaml(yaml, '/repo') as [AppSpec, AppSpec];
const ports = { http: 1, grpc: 2, internal: 3, metrics: 4 };

describe('parseDaprYaml', () => {
  it("prefers an app's own setting to the common one", () => {
    assert.ok(gateway.daprdFlags.includes('--max-body-size=4Gi'));
    assert.ok(auth.daprdFlags.includes('--max-body-size=4Mi'));
    assert.deepEqual(gateway.env, { LOG_LEVEL: 'debug', RETRIES: '3' });
  });

  it('turns true into a flag, false into none, and a number into its text', () => {
    assert.ok(gateway.daprdFlags.includes('--enable-app-health-check'));
    assert.ok(!auth.daprdFlags.some((flag) => flag.startsWith('--enable-app-health-check')));
    assert.ok(auth.daprdFlags.includes('--app-health-probe-interval=5'));
  });

  it("resolves common paths from dapr.yaml's folder and an app's own, which replace them, from its appDirPath", () => {
    assert.deepEqual(gateway.resources, ['/repo/components/app', '/repo/components/blobs/mongodb']);
    assert.equal(gateway.config, '/repo/components/app/configuration.yaml');
    assert.deepEqual(auth.resources, ['/repo/services/own']);
    assert.equal(auth.config, '/repo/services/auth/own.yaml');
  });

  it('names an app without an id after its folder', () => {
    assert.equal(auth.appId, 'auth');
  });
});

describe('sidecarArgs', () => {
  it('lets a sidecar listen on this machine only, whatever dapr.yaml contains', () => {
    const args = sidecarArgs(gateway, ports, 8080, '/name-resolution.yaml').join(' ');
    for (const flag of [
      'dapr-listen-addresses',
      'dapr-internal-grpc-listen-address',
      'metrics-listen-address',
    ]) {
      assert.match(args, new RegExp(`--${flag} 127\\.0\\.0\\.1( |$)`));
    }
    assert.doesNotMatch(args, /0\.0\.0\.0(?!\d)/);
  });

  it('puts the name resolution after the configuration, so that it wins', () => {
    const args = sidecarArgs(gateway, ports, 8080, '/name-resolution.yaml');
    assert.deepEqual(
      args.filter((_, index) => args[index - 1] === '--config'),
      ['/repo/components/app/configuration.yaml', '/name-resolution.yaml'],
    );
  });

  it('turns placement off once, and gives a sidecar without an app no app port', () => {
    const args = sidecarArgs(gateway, ports, undefined, '/name-resolution.yaml');
    assert.equal(args.filter((arg) => arg.startsWith('--placement-host-address')).length, 1);
    assert.ok(!args.includes('--app-port'));
  });
});

describe('parseDaprYaml with an invalid file', () => {
  for (const { name, text, message } of [
    {
      name: 'a key is unknown',
      text: yaml.replace('maxBodySize: 4Mi', 'maxBodySise: 4Mi'),
      message: /maxBodySise/,
    },
    {
      name: 'the command is missing',
      text: 'version: 1\napps:\n  - {appID: a, appDirPath: a}',
      message: /command/,
    },
    { name: 'the version is missing', text: 'apps:\n  - {appDirPath: a, command: [x]}', message: /version/ },
  ]) {
    it(`throws an error that names the key when ${name}`, () => {
      assert.throws(() => parseDaprYaml(text, '/repo'), message);
    });
  }
});

describe('replicate', () => {
  const converter: AppSpec = {
    ...{ appId: 'converter', appDir: 'services/converter', appPort: 8082, appProtocol: 'http' },
    ...{ command: ['node', 'main.ts'], env: {}, daprdFlags: [], resources: [], config: undefined },
  };

  it('gives a single instance the name of its app', () => {
    assert.deepEqual(replicate(converter, 1), [{ ...converter, name: 'converter' }]);
  });

  it('gives several instances one app id, by which they compete for events, and names of their own', () => {
    assert.deepEqual(
      replicate(converter, 3).map(({ appId, name }) => [appId, name]),
      [
        ['converter', 'converter'],
        ['converter', 'converter-2'],
        ['converter', 'converter-3'],
      ],
    );
  });
});
