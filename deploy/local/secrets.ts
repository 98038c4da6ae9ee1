import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readIfThere, readJson, writePrivate } from '../process/private-files.ts';
import { secretsOfServers } from './servers/secret-keys.ts';
import type { Servers } from './servers/servers.ts';

export interface Tokens {
  /** What a caller of a sidecar's API must show (`dapr-api-token`). */
  daprApi: string;
  /** What a sidecar shows to its app. */
  appApi: string;
}

export interface SecretsOptions {
  stateRoot: string;
  servers: Servers;
  /** Where users reach the gateway; mails link to it. */
  publicUrl: string;
}

const envFile = (stateRoot: string, name: string): string =>
  path.join(stateRoot, '.data', 'env', `${name}.env`);

export function readEnvFile(stateRoot: string, name: string): Record<string, string> {
  return parseEnv(readIfThere(envFile(stateRoot, name)) ?? '') as Record<string, string>;
}

function writeEnvFile(stateRoot: string, name: string, values: Record<string, string>): void {
  // Single quotes: URLs and passwords of the user's own may hold $ and #, for a shell and for Node.
  const lines = Object.entries(values).map(([key, value]) => {
    if (/['\n]/.test(value))
      throw new Error(
        `${key} holds a quote or a line break; that cannot be written to an environment file. Percent-encode it.`,
      );
    return `${key}='${value}'\n`;
  });
  writePrivate(envFile(stateRoot, name), lines.join(''));
}

/** Writes what the services and their sidecars read: one file for Dapr's secret store, one environment file a service. */
export function writeSecrets({ stateRoot, servers, publicUrl }: SecretsOptions): Tokens {
  const file = path.join(stateRoot, '.data', 'secrets.json');
  const before = readJson<Record<string, Record<string, string>>>(file)?.mp3converter;
  const secrets = {
    // Servers of an earlier start keep their addresses: those that npm run setup has left running, say.
    ...before,
    ...secretsOfServers(servers),
    'sqlite-path': '../../.data/store.sqlite',
    'mail-from': process.env.MAIL_FROM ?? 'mp3converter@localhost',
  };
  writePrivate(file, `${JSON.stringify({ mp3converter: secrets }, null, 2)}\n`);

  const kept = (name: string, key: string): string =>
    readEnvFile(stateRoot, name)[key] ?? randomBytes(32).toString('base64url');
  const linkSecret = process.env.LINK_SECRET ?? kept('gateway', 'LINK_SECRET');
  writeEnvFile(stateRoot, 'auth', { MYSQL_URL: servers.mysql.url });
  const operatorToken = process.env.OPERATOR_TOKEN ?? kept('gateway', 'OPERATOR_TOKEN');
  writeEnvFile(stateRoot, 'gateway', {
    LINK_SECRET: linkSecret,
    OPERATOR_TOKEN: operatorToken,
    PUBLIC_URL: publicUrl,
  });
  // A spool of its own: two systems on one machine do not tidy up after each other.
  writeEnvFile(stateRoot, 'converter', { SPOOL_DIR: path.join(path.resolve(stateRoot), '.data', 'spool') });
  writeEnvFile(stateRoot, 'notification', {});
  const tokens = { daprApi: kept('tokens', 'DAPR_API_TOKEN'), appApi: kept('tokens', 'APP_API_TOKEN') };
  writeEnvFile(stateRoot, 'tokens', { DAPR_API_TOKEN: tokens.daprApi, APP_API_TOKEN: tokens.appApi });
  return tokens;
}
