import { randomBytes } from 'node:crypto';

/** The variables with which an operator sets secrets, such as the URLs of managed servers or tokens of their own. */
export type Given = Readonly<Record<string, string | undefined>>;
/** The values of each secret by key, by the name of the secret. */
export type Secrets = Record<string, Record<string, string>>;

/** The host name of servers/maildev. */
const MAIL_SINK = 'maildev';

const newPassword = (): string => randomBytes(32).toString('base64url');
/** The key of a replica set must be base64. Hexadecimal digits also need no encoding in a URL. */
const newHexKey = (): string => randomBytes(48).toString('hex');

/**
 * Returns all secrets of a system: given values first, then existing ones, and new ones for the rest. The components read the
 * secret `mp3converter`. Each server and service has another secret of its own, so that no pod sees those of the others.
 */
export function completeSecrets(existing: Secrets, given: Given, hasMailSink: boolean): Secrets {
  const keep = (name: string, key: string, make: () => string): string => existing[name]?.[key] ?? make();
  const choose = (variable: string, name: string, key: string, make: () => string): string =>
    given[variable] || keep(name, key, make);

  const rabbitmq = keep('rabbitmq', 'password', newPassword);
  const mongodb = keep('mongodb', 'password', newPassword);
  const mysql = keep('mysql', 'password', newPassword);
  const urls = {
    rabbitmq: `amqp://mp3converter:${rabbitmq}@rabbitmq:5672`,
    // A client learns the members of the replica set from the set itself.
    mongodb: `mongodb://mp3converter:${mongodb}@mongodb:27017/mp3converter?authSource=admin&replicaSet=rs0`,
    mysql: `mysql://auth:${mysql}@mysql:3306/mp3converter`,
    // Fully qualified, because KEDA connects from another namespace.
    management: `http://mp3converter:${rabbitmq}@rabbitmq.mp3converter.svc:15672/`,
  };
  const providers = given.OIDC_PROVIDERS || existing.auth?.['oidc-providers'];
  return {
    mp3converter: {
      'rabbitmq-url': choose('RABBITMQ_URL', 'mp3converter', 'rabbitmq-url', () => urls.rabbitmq),
      'mongodb-url': choose('MONGODB_URL', 'mp3converter', 'mongodb-url', () => urls.mongodb),
      ...completeMailSettings(existing.mp3converter ?? {}, given, hasMailSink),
    },
    'dapr-api-token': { token: keep('dapr-api-token', 'token', newPassword) },
    'app-api-token': { token: keep('app-api-token', 'token', newPassword) },
    'event-secret': { secret: choose('EVENT_SECRET', 'event-secret', 'secret', newPassword) },
    gateway: {
      'link-secret': choose('LINK_SECRET', 'gateway', 'link-secret', newPassword),
      'operator-token': choose('OPERATOR_TOKEN', 'gateway', 'operator-token', newPassword),
    },
    auth: {
      'mysql-url': choose('MYSQL_URL', 'auth', 'mysql-url', () => urls.mysql),
      'auth-secret': choose('AUTH_SECRET', 'auth', 'auth-secret', newPassword),
      ...(providers && { 'oidc-providers': providers }),
    },
    rabbitmq: {
      password: rabbitmq,
      'management-url': choose(
        'RABBITMQ_MANAGEMENT_URL',
        'rabbitmq',
        'management-url',
        () => urls.management,
      ),
    },
    mongodb: {
      password: mongodb,
      'root-password': keep('mongodb', 'root-password', newPassword),
      key: keep('mongodb', 'key', newHexKey),
    },
    mysql: { password: mysql, 'root-password': keep('mysql', 'root-password', newPassword) },
  };
}

/** The mail server: given, kept from before, or the sink. Throws if none of these applies. */
function completeMailSettings(
  existing: Record<string, string>,
  given: Given,
  hasMailSink: boolean,
): Record<string, string> {
  // The address of a sink is not kept when the overlay has none: those mails are meant to be delivered.
  const kept = !hasMailSink && existing['smtp-host'] === MAIL_SINK ? {} : existing;
  const complete = (variable: string, key: string, sinkValue: string): string => {
    const known = given[variable] || kept[key];
    if (known !== undefined) return known;
    if (hasMailSink || key === 'smtp-user' || key === 'smtp-password') return sinkValue;
    throw new Error(
      `${variable} is missing: this overlay needs a mail server. Set SMTP_HOST, SMTP_PORT and MAIL_FROM, and SMTP_USER and SMTP_PASSWORD if it needs a login, for npm run secrets -- --overlay production.`,
    );
  };
  return {
    'smtp-host': complete('SMTP_HOST', 'smtp-host', MAIL_SINK),
    'smtp-port': complete('SMTP_PORT', 'smtp-port', '1025'),
    'smtp-user': complete('SMTP_USER', 'smtp-user', ''),
    'smtp-password': complete('SMTP_PASSWORD', 'smtp-password', ''),
    'mail-from': complete('MAIL_FROM', 'mail-from', 'mp3converter@localhost'),
  };
}
