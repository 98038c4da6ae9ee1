/** The environment variables that name a server of the user's own, which is then used instead of starting one. */
const URL_VARIABLES = {
  rabbitmq: 'RABBITMQ_URL',
  redis: 'REDIS_URL',
  nats: 'NATS_URL',
  mysql: 'MYSQL_URL',
  mongodb: 'MONGODB_URL',
  postgresql: 'POSTGRESQL_URL',
} as const;

/** A server that clients reach by one URL. */
export type UrlServerName = keyof typeof URL_VARIABLES;
export type ServerName = UrlServerName | 'mail';

/** Servers that the environment names: their URLs, and the address of the mail server. */
export interface ExternalServers extends Partial<Record<UrlServerName, string>> {
  mail?: { host: string; port: number; user: string; password: string };
}

export function readExternalServers(env: NodeJS.ProcessEnv = process.env): ExternalServers {
  const servers: ExternalServers = {};
  for (const [name, variable] of Object.entries(URL_VARIABLES)) {
    const url = env[variable];
    if (url) servers[name as UrlServerName] = url;
  }
  if (env.SMTP_HOST) {
    const port = Number(env.SMTP_PORT ?? 25);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`SMTP_PORT is ${env.SMTP_PORT}; it must be a port from 1 to 65535.`);
    servers.mail = {
      host: env.SMTP_HOST,
      port,
      user: env.SMTP_USER ?? '',
      password: env.SMTP_PASSWORD ?? '',
    };
  }
  return servers;
}
