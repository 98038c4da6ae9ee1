import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readIfThere, readJson, writePrivate } from '../../services/shared/runtime/private-files.ts';
import { secretsOfServers } from './servers/secret-keys.ts';
import type { Servers } from './servers/servers.ts';

export interface Tokens {
  /** The token that a sidecar requires from callers of its API (header `dapr-api-token`). */
  daprApi: string;
  /** The token that an app requires from its sidecar. */
  appApi: string;
}

export interface SecretsOptions {
  stateRoot: string;
  servers: Servers;
  /** The address of the gateway for users. Mails contain links to it. */
  publicUrl: string;
}

const envFile = (stateRoot: string, name: string): string =>
  path.join(stateRoot, '.data', 'env', `${name}.env`);

/** The variables in `.data/env/<name>.env`; none if there is no such file. */
export function readEnvFile(stateRoot: string, name: string): Record<string, string> {
  return parseEnv(readIfThere(envFile(stateRoot, name)) ?? '') as Record<string, string>;
}

function writeEnvFile(stateRoot: string, name: string, values: Record<string, string>): void {
  // In single quotes, since a user's URL or password may contain $ and #, which shells and Node would interpret.
  const lines = Object.entries(values).map(([key, value]) => {
    if (/['\n]/.test(value))
      throw new Error(
        `${key} contains a quote or a line break, which an environment file cannot represent. Percent-encode it.`,
      );
    return `${key}='${value}'\n`;
  });
  writePrivate(envFile(stateRoot, name), lines.join(''));
}

/** Writes the secrets: one file for Dapr's secret store, and one environment file for each service. Keeps existing secrets. */
export function writeSecrets({ stateRoot, servers, publicUrl }: SecretsOptions): void {
  const file = path.join(stateRoot, '.data', 'secrets.json');
  const before = readJson<Record<string, Record<string, string>>>(file)?.mp3converter;
  const secrets = {
    // Keeps the addresses of servers that run without this start needing them, such as those of npm run setup.
    ...before,
    ...secretsOfServers(servers),
    'sqlite-path': '../../.data/store.sqlite',
    'mail-from': process.env.MAIL_FROM ?? 'mp3converter@localhost',
  };
  writePrivate(file, `${JSON.stringify({ mp3converter: secrets }, null, 2)}\n`);

  const keepOrGenerate = (name: string, key: string): string =>
    readEnvFile(stateRoot, name)[key] ?? randomBytes(32).toString('base64url');
  // Each system has spools of its own, because a service deletes the folders of its kind that have died.
  const spoolOf = (name: string): string => path.join(path.resolve(stateRoot), '.data', name);
  const linkSecret = process.env.LINK_SECRET ?? keepOrGenerate('gateway', 'LINK_SECRET');
  const eventSecret = process.env.EVENT_SECRET ?? keepOrGenerate('gateway', 'EVENT_SECRET');
  const authSecret = process.env.AUTH_SECRET ?? keepOrGenerate('auth', 'AUTH_SECRET');
  const providers = process.env.OIDC_PROVIDERS ?? readEnvFile(stateRoot, 'auth').OIDC_PROVIDERS;
  writeEnvFile(stateRoot, 'auth', {
    AUTH_SECRET: authSecret,
    MYSQL_URL: servers.mysql.url,
    PUBLIC_URL: publicUrl,
    EVENT_SECRET: eventSecret,
    ...(providers && { OIDC_PROVIDERS: providers }),
  });
  const operatorToken = process.env.OPERATOR_TOKEN ?? keepOrGenerate('gateway', 'OPERATOR_TOKEN');
  writeEnvFile(stateRoot, 'gateway', {
    LINK_SECRET: linkSecret,
    EVENT_SECRET: eventSecret,
    OPERATOR_TOKEN: operatorToken,
    PUBLIC_URL: publicUrl,
    SPOOL_DIR: spoolOf('gateway-spool'),
  });
  writeEnvFile(stateRoot, 'converter', {
    SPOOL_DIR: spoolOf('spool'),
    EVENT_SECRET: eventSecret,
  });
  writeEnvFile(stateRoot, 'notification', { EVENT_SECRET: eventSecret });
  writeEnvFile(stateRoot, 'tokens', {
    DAPR_API_TOKEN: keepOrGenerate('tokens', 'DAPR_API_TOKEN'),
    APP_API_TOKEN: keepOrGenerate('tokens', 'APP_API_TOKEN'),
  });
}
