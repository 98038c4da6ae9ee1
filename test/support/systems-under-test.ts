import { readFileSync } from 'node:fs';
import type { Choice } from '../../deploy/local/system/components.ts';
import { readEnvFile } from '../../deploy/local/write-secrets.ts';
import { createSignedInvoke } from '../../services/shared/contract/caller-token.ts';
import { type EventSecrets, eventSecrets } from '../../services/shared/contract/event-secret.ts';
import { createSignedPublish } from '../../services/shared/contract/signed-message.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/dapr/sidecar.ts';

/** A running system, as the runner describes it to the test files. */
export interface SystemUnderTest {
  /** Names its infrastructure in test titles. It is also the name of its folder. */
  name: string;
  choice: Choice;
  /** The apps that are replaced by another program. */
  replaced: readonly string[];
  gatewayUrl: string;
  mailUrl: string;
  mysqlUrl: string;
  /** `<stateRoot>/.data` contains logs and secrets. */
  stateRoot: string;
  apps: Record<'gateway' | 'auth' | 'converter' | 'notification', { appPort: number; daprHttpPort: number }>;
  tokens: { daprApi: string; appApi: string };
  /** The sidecar of an app outside the system, for calls to the gateway by Dapr's service invocation. */
  otherSidecar: { daprHttpPort: number; pid: number };
  pids: Record<string, number>;
}

/**
 * The systems that the runner has started for the test files. All files share them, and each test creates users of its own, so that
 * the files do not disturb each other.
 */
export function systemsUnderTest(): SystemUnderTest[] {
  const file = process.env.TEST_SYSTEMS;
  if (!file)
    throw new Error('these tests need running systems, which `npm test -- e2e contract polyglot` starts');
  return JSON.parse(readFileSync(file, 'utf8')) as SystemUnderTest[];
}

/** The secrets with which the services of a system sign events and calls. */
export const eventSecretsOf = ({ stateRoot }: Pick<SystemUnderTest, 'stateRoot'>): EventSecrets =>
  eventSecrets.parse(readEnvFile(stateRoot, 'gateway').EVENT_SECRET);

/** A connection to the gateway's sidecar, with the gateway's token. It signs nothing. */
export const unsignedSidecar = ({ apps, tokens }: SystemUnderTest): Sidecar =>
  connectSidecar({ host: '127.0.0.1', port: apps.gateway.daprHttpPort, apiToken: tokens.daprApi });

/** A connection to the gateway's sidecar, which publishes and calls as the gateway does. */
export function gatewaySidecar(system: SystemUnderTest): Sidecar {
  const sidecar = unsignedSidecar(system);
  const secrets = eventSecretsOf(system);
  return {
    ...sidecar,
    publish: createSignedPublish(sidecar.publish, secrets),
    invoke: createSignedInvoke(sidecar.invoke, secrets),
  };
}
