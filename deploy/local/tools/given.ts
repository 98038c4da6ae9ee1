const URLS = {
  rabbitmq: 'RABBITMQ_URL',
  redis: 'REDIS_URL',
  nats: 'NATS_URL',
  mysql: 'MYSQL_URL',
  mongodb: 'MONGODB_URL',
  postgresql: 'POSTGRESQL_URL',
} as const;

/** Servers that the environment names are used instead of started. */
export interface Given extends Partial<Record<keyof typeof URLS, string>> {
  mail?: { host: string; port: number; user: string; password: string };
}

export function givenServers(env: NodeJS.ProcessEnv = process.env): Given {
  const given: Given = {};
  for (const [name, variable] of Object.entries(URLS)) {
    const url = env[variable];
    if (url) given[name as keyof typeof URLS] = url;
  }
  if (env.SMTP_HOST) {
    const port = Number(env.SMTP_PORT ?? 25);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`SMTP_PORT is ${env.SMTP_PORT}; it must be a port from 1 to 65535.`);
    given.mail = { host: env.SMTP_HOST, port, user: env.SMTP_USER ?? '', password: env.SMTP_PASSWORD ?? '' };
  }
  return given;
}
