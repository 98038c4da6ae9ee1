import type { ServerName, UrlServerName } from '../tools/external-servers.ts';
import type { MailServer, Servers } from './types.ts';

/** The secrets of each server, by the keys that the files in components/ refer to. */
const SECRETS: Record<Exclude<UrlServerName, 'mysql'>, (url: string) => Record<string, string>> = {
  rabbitmq: (url) => ({ 'rabbitmq-url': url }),
  redis: (url) => {
    const { hostname, port, username, password, protocol, pathname } = new URL(url);
    if (protocol !== 'redis:' || !['', '/', '/0'].includes(pathname))
      throw new Error(
        'REDIS_URL must be redis://user:password@host:port. For TLS or another database, use a components folder of your own.',
      );
    return {
      'redis-host': `${hostname}:${port || 6379}`,
      'redis-username': decodeURIComponent(username),
      'redis-password': decodeURIComponent(password),
    };
  },
  nats: (url) => ({ 'nats-url': url }),
  mongodb: (url) => ({ 'mongodb-url': url }),
  postgresql: (url) => ({ 'postgresql-url': url }),
};

/** Only the keys of the secrets matter here, not their values. */
const EXAMPLE = 'redis://localhost:6379';
const SERVER_OF = new Map(
  Object.entries(SECRETS).flatMap(([name, secrets]) =>
    Object.keys(secrets(EXAMPLE)).map((key) => [key, name as ServerName] as const),
  ),
);

/** The servers whose secrets are among these, and those that are always needed: auth's database and a mail server. */
export function serversFor(secretKeys: ReadonlySet<string>): Set<ServerName> {
  return new Set<ServerName>([
    'mysql',
    'mail',
    ...[...secretKeys].flatMap((key) => SERVER_OF.get(key) ?? []),
  ]);
}

/** The content of the secret store for these servers. */
export function secretsOfServers(servers: Servers): Record<string, string> {
  const urls = Object.entries(SECRETS).flatMap(([name, secrets]) => {
    const server = servers[name as UrlServerName];
    return server ? [secrets(server.url)] : [];
  });
  return Object.assign({}, ...urls, mailSecrets(servers.mail));
}

const mailSecrets = ({ smtpHost, smtpPort, smtpUser, smtpPassword }: MailServer): Record<string, string> => ({
  'smtp-host': smtpHost,
  'smtp-port': String(smtpPort),
  'smtp-user': smtpUser,
  'smtp-password': smtpPassword,
});
