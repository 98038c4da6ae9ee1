import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { DEFAULTS, SERVICES } from '../../../../deploy/docker/image-names.ts';
import { parseDaprYaml } from '../../../../deploy/local/system/dapr-yaml.ts';

const repoRoot = path.resolve(import.meta.dirname, '../../../..');
const text = readFileSync(path.join(repoRoot, 'deploy/docker/compose.yaml'), 'utf8');
const daprYaml = readFileSync(path.join(repoRoot, 'dapr.yaml'), 'utf8');

interface Service {
  image: string;
  entrypoint?: string[];
  command?: string[];
  network_mode?: string;
  networks?: string[];
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  mem_limit?: string;
  pids_limit?: number;
  privileged?: boolean;
  cap_add?: string[];
  pid?: string;
  userns_mode?: string;
  environment?: Record<string, string>;
  healthcheck?: { disable?: boolean };
}
const { services, networks } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
};

test('compose.yaml defaults to the images that npm run images builds or pulls', () => {
  const found = [...text.matchAll(/\$\{(\w+_IMAGE):-([^}]+)\}/g)];
  const used = new Set(found.map(([, name]) => name));
  assert.deepEqual(used, new Set(Object.keys(DEFAULTS)));
  for (const [, name, byDefault] of found)
    assert.equal(byDefault, DEFAULTS[name as keyof typeof DEFAULTS], name);
});

test('compose.yaml passes the sidecars all options of dapr.yaml', () => {
  for (const { appId, daprdFlags } of parseDaprYaml(daprYaml, repoRoot)) {
    const { entrypoint = [], command = [] } = services[`${appId}-sidecar`] ?? {};
    const options = [...entrypoint, ...command];
    assert.ok(options.includes(`--app-id=${appId}`));
    for (const flag of daprdFlags) assert.ok(options.includes(flag), `${appId}: ${flag}`);
  }
});

test('a service and its sidecar share a network namespace, and the sidecar listens on loopback only', () => {
  for (const service of SERVICES) {
    const sidecar = services[`${service}-sidecar`];
    assert.equal(services[service]?.network_mode, `service:${service}-pod`);
    assert.equal(sidecar?.network_mode, `service:${service}-pod`);
    assert.ok(sidecar?.entrypoint?.includes('--dapr-listen-addresses=127.0.0.1'));
  }
});

test('every container is read-only, has no capabilities and has limits of memory and processes', () => {
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.match(service.restart ?? '', /^(unless-stopped|on-failure)$/, name);
    assert.match(service.mem_limit ?? '', /^\d+[mg]$/, name);
    assert.equal(service.pids_limit, 2048, name);
    // Each of these would take back what the lines above give.
    for (const key of ['privileged', 'cap_add', 'pid', 'userns_mode'] as const)
      assert.equal(service[key], undefined, `${name}: ${key}`);
  }
});

test('the converter requires its sandbox unless SANDBOX says otherwise', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the file
  assert.equal(services.converter?.environment?.SANDBOX, '${SANDBOX:-required}');
});

test('the converter shares no network with the mail server, the database or the outside', () => {
  assert.deepEqual(services['converter-pod']?.networks, [
    'gateway-converter',
    'converter-rabbitmq',
    'converter-mongodb',
  ]);
  for (const network of services['converter-pod']?.networks ?? [])
    assert.equal(networks[network]?.internal, true, network);
});

test('only the gateway and the page of the mails publish a port, on loopback', () => {
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => `${name} ${port}`),
  );
  assert.deepEqual(published, [
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as it stands in the file
    'gateway-pod 127.0.0.1:${GATEWAY_PORT:-8080}:8080',
    'maildev 127.0.0.1:${MAIL_PORT:-1080}:1080',
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as it stands in the file
  ]);
});

test('only the gateway shares a network with auth, and only auth one with its database', () => {
  const on = (network: string): string[] =>
    Object.entries(services).flatMap(([name, { networks = [] }]) =>
      networks.includes(network) ? [name] : [],
    );
  assert.deepEqual(on('auth-mysql').sort(), ['auth-pod', 'mysql']);
  assert.deepEqual(on('gateway-auth').sort(), ['auth-pod', 'gateway-pod']);
});
