import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { withoutSecrets } from '../../../deploy/local/system/environment.ts';
import { ensureDaprd } from '../../../deploy/local/tools/daprd.ts';
import { type Child, startChild } from '../../../deploy/process/child.ts';
import { Ports } from '../../../deploy/process/ports.ts';
import { answersHttp, waitUntilReady } from '../../../deploy/process/wait-ready.ts';
import { connectSidecar, type Sidecar } from '../../../services/shared/dapr/sidecar.ts';

export type Kind = 'smtp' | 'nodemailer';

const repoRoot = resolve(import.meta.dirname, '../../..');
const signal = new AbortController().signal;

interface MetadataItem {
  name: string;
  value?: string;
  secretKeyRef?: { name: string; key: string };
}

/** The YAML of the component, with values in place of its secrets and with the metadata that a test adds. */
function componentOf(kind: Kind, secrets: Record<string, string>, more: Record<string, string>): string {
  const file = join(repoRoot, 'components/mail', kind, 'mail.yaml');
  const { auth: _auth, scopes: _scopes, ...component } = parse(readFileSync(file, 'utf8'));
  component.spec.metadata = [
    ...component.spec.metadata.map(({ secretKeyRef, ...item }: MetadataItem) =>
      secretKeyRef ? { ...item, value: secrets[secretKeyRef.key] ?? '' } : item,
    ),
    ...Object.entries(more).map(([name, value]) => ({ name, value })),
  ];
  return stringify(component);
}

export interface Mailing {
  sidecar: Sidecar;
  daprHttpPort: number;
  /** The process of a pluggable component. */
  component: Child | undefined;
  /** Starts the process again, after the first one has ended. */
  startComponent(name: string): Promise<Child>;
  stop(): Promise<void>;
}

export interface MailingOptions {
  port: number;
  login?: { user: string; password: string };
  /** Further metadata of the component. */
  metadata?: Record<string, string>;
  /** Further environment variables of the component's process. */
  env?: Record<string, string>;
  /** A file of certificate authorities that the sidecar trusts. */
  trusted?: string;
}

const secretsOf = (port: number, login: MailingOptions['login']): Record<string, string> => ({
  'smtp-host': '127.0.0.1',
  'smtp-port': String(port),
  'smtp-user': login?.user ?? '',
  'smtp-password': login?.password ?? '',
  'mail-from': 'nobody@localhost',
});

/** Writes the component and the configuration of the sidecar. */
function writeResources(dataDir: string, component: string): { resources: string; names: string } {
  const resources = join(dataDir, 'resources');
  mkdirSync(resources);
  writeFileSync(join(resources, 'mail.yaml'), component, { mode: 0o600 });
  // This sidecar resolves names by a file of its own, and not by mDNS.
  const names = join(dataDir, 'name-resolution.yaml');
  const text = readFileSync(join(repoRoot, 'deploy/local/name-resolution.yaml'), 'utf8');
  writeFileSync(names, text.replace('../../.data/', ''));
  return { resources, names };
}

async function daprdArguments(
  { resources, names }: { resources: string; names: string },
  http: number,
  ports: Ports,
): Promise<string[]> {
  const listening = {
    ...{ 'dapr-http-port': http, 'dapr-grpc-port': await ports.reserve('grpc') },
    ...{ 'dapr-internal-grpc-port': await ports.reserve('internal') },
    ...{ 'metrics-port': await ports.reserve('metrics'), 'dapr-listen-addresses': '127.0.0.1' },
    ...{ 'dapr-internal-grpc-listen-address': '127.0.0.1', 'metrics-listen-address': '127.0.0.1' },
  };
  const flags = Object.entries(listening).map(([flag, value]) => `--${flag}=${value}`);
  const args = ['--app-id', 'mail-contract', '--resources-path', resources, '--config', names, ...flags];
  return [...args, '--placement-host-address=', '--scheduler-host-address='];
}

/** Starts a sidecar with the mail binding, and the process of the component where it has one. */
export async function startMailing(kind: Kind, options: MailingOptions): Promise<Mailing> {
  const { port, login, metadata = {}, env: componentEnv, trusted } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'mp3converter-mail-'));
  // The next test run finds here the processes that a killed run has left. It is not in `dataDir`, because the path of a
  // socket has to be short.
  const ledger = mkdtempSync(join(process.env.TEST_FOLDER ?? dataDir, 'mail-'));
  const children: Child[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop();
    rmSync(ledger, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  };
  const start = async (name: string, command: string, args: string[], env: Record<string, string>) => {
    const child = await startChild({
      ...{ name, command, args, dataDir: join(ledger, '.data') },
      cwd: dataDir,
      env: {
        ...withoutSecrets(process.env),
        ...env,
        DAPR_COMPONENTS_SOCKETS_FOLDER: join(dataDir, 'sockets'),
      },
      logFile: join(dataDir, `${name}.log`),
    });
    children.push(child);
    return child;
  };
  const ready = (child: Child, isReady: (attempt: AbortSignal) => Promise<boolean>) =>
    waitUntilReady(child, isReady, { timeoutMs: 60_000, signal });
  try {
    const paths = writeResources(dataDir, componentOf(kind, secretsOf(port, login), metadata));
    const startComponent = async (name = 'component'): Promise<Child> => {
      const main = join(repoRoot, 'components/mail/nodemailer/main.ts');
      const child = await start(name, process.execPath, [main], { LOG_LEVEL: 'debug', ...componentEnv });
      await ready(child, async () => readFileSync(child.logFile, 'utf8').includes('listening'));
      return child;
    };
    const component = kind === 'nodemailer' ? await startComponent() : undefined;
    const ports = new Ports(dataDir);
    const http = await ports.reserve('http');
    const daprd = await ensureDaprd(repoRoot, console.error, signal);
    const args = await daprdArguments(paths, http, ports);
    const env = { DAPR_HOST_IP: '127.0.0.1', ...(trusted !== undefined && { SSL_CERT_FILE: trusted }) };
    const child = await start('daprd', daprd, args, env);
    await ready(child, (attempt) => answersHttp(`http://127.0.0.1:${http}/v1.0/healthz`, attempt));
    const sidecar = connectSidecar({ host: '127.0.0.1', port: http });
    return {
      sidecar,
      daprHttpPort: http,
      component,
      startComponent,
      async stop() {
        await sidecar.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
