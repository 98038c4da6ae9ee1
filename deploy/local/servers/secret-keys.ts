import type { MailServer, ServerName, Servers, UrlServerName } from './types.ts';

/** What the secret store holds of a server, by the keys that the components in components/ name. */
const SECRETS: Record<Exclude<UrlServerName, 'mysql'>, (url: string) => Record<string, string>> = {
  rabbitmq: (url) => ({ 'rabbitmq-url': url }),
  redis: (url) => {
    const { hostname, port, username, password, protocol, pathname } = new URL(url);
    if (protocol !== 'redis:' || !['', '/', '/0'].includes(pathname))
      throw new Error(
        'REDIS_URL must be redis://user:password@host:port. For TLS or another database, say so in a components folder of your own.',
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

const EXAMPLE = 'redis://localhost:6379';
const SERVER_OF = new Map(
  Object.entries(SECRETS).flatMap(([name, secrets]) =>
    Object.keys(secrets(EXAMPLE)).map((key) => [key, name as ServerName] as const),
  ),
);

/** The servers of components that take these secrets, and those that are always needed: auth's, and one for the mails. */
export function serversFor(secretKeys: ReadonlySet<string>): Set<ServerName> {
  return new Set<ServerName>([
    'mysql',
    'mail',
    ...[...secretKeys].flatMap((key) => SERVER_OF.get(key) ?? []),
  ]);
}

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
