/** Servers that the environment names are used instead of started. */
export interface Given {
  rabbitmq?: string;
  mysql?: string;
  mongodb?: string;
  mail?: { host: string; port: number; user: string; password: string };
}

export function givenServers(env: NodeJS.ProcessEnv = process.env): Given {
  const given: Given = {};
  if (env.RABBITMQ_URL) given.rabbitmq = env.RABBITMQ_URL;
  if (env.MYSQL_URL) given.mysql = env.MYSQL_URL;
  if (env.MONGODB_URL) given.mongodb = env.MONGODB_URL;
  if (env.SMTP_HOST) {
    const port = Number(env.SMTP_PORT ?? 25);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`SMTP_PORT is ${env.SMTP_PORT}; it must be a port from 1 to 65535.`);
    given.mail = { host: env.SMTP_HOST, port, user: env.SMTP_USER ?? '', password: env.SMTP_PASSWORD ?? '' };
  }
  return given;
}
