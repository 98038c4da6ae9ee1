import { readFileSync } from 'node:fs';
import type { Choice } from '../../deploy/local/system/components.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/dapr/sidecar.ts';

/** A running system, as its runner describes it to the test files. */
export interface SystemUnderTest {
  /** What it is over, for the titles of tests; also the name of its folder. */
  name: string;
  choice: Choice;
  /** The apps whose seat another program has. */
  replaced: readonly string[];
  gatewayUrl: string;
  mailUrl: string;
  mysqlUrl: string;
  /** `<stateRoot>/.data` holds logs and secrets. */
  stateRoot: string;
  apps: Record<'gateway' | 'auth' | 'converter' | 'notification', { appPort: number; daprHttpPort: number }>;
  tokens: { daprApi: string; appApi: string };
  /** A sidecar of some other app, which calls the gateway by Dapr invoke. */
  otherSidecar: { daprHttpPort: number; pid: number };
  pids: Record<string, number>;
}

/**
 * The systems that a test file runs over: those that the runner started for it, which the file does not choose.
 * They are started once for all test files; each test makes users of its own, so files do not meet.
 */
export function systemsUnderTest(): SystemUnderTest[] {
  const file = process.env.TEST_SYSTEMS;
  if (!file)
    throw new Error('these tests need running systems: `npm test -- e2e contract polyglot` starts them');
  return JSON.parse(readFileSync(file, 'utf8')) as SystemUnderTest[];
}

/** The gateway's own sidecar, as the gateway sees it. */
export const gatewaySidecar = ({ apps, tokens }: SystemUnderTest): Sidecar =>
  connectSidecar({ host: '127.0.0.1', port: apps.gateway.daprHttpPort, apiToken: tokens.daprApi });
