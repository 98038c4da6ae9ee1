import { randomBytes } from 'node:crypto';

/** What is chosen by whoever runs it: servers elsewhere, tokens of one's own. */
export type Given = Readonly<Record<string, string | undefined>>;
/** Values by key, of each secret by its name. */
export type Secrets = Record<string, Record<string, string>>;

/** The host of servers/maildev. */
const SINK = 'maildev';

const password = (): string => randomBytes(32).toString('base64url');
/** The key of a replica set is base64, without the letters that a URL knows. */
const hexKey = (): string => randomBytes(48).toString('hex');

/**
 * All secrets of a system: those that are there already, those given now, and new ones for the rest. `mp3converter` is the one
 * that the components name; each server and service has one of its own, so that no pod sees another's.
 */
export function completeSecrets(there: Secrets, given: Given, sink: boolean): Secrets {
  const kept = (name: string, key: string, make: () => string): string => there[name]?.[key] ?? make();
  const chosen = (variable: string, name: string, key: string, make: () => string): string =>
    given[variable] || kept(name, key, make);

  const rabbitmq = kept('rabbitmq', 'password', password);
  const mongodb = kept('mongodb', 'password', password);
  const mysql = kept('mysql', 'password', password);
  const mailServer = there.mp3converter ?? {};
  // Mails that should be delivered do not go to a sink because one was there before.
  const keptMail = !sink && mailServer['smtp-host'] === SINK ? {} : mailServer;
  const mail = (variable: string, key: string, ofSink: string): string => {
    const known = given[variable] || keptMail[key];
    if (known !== undefined) return known;
    if (sink || key === 'smtp-user' || key === 'smtp-password') return ofSink;
    throw new Error(
      `${variable} is missing: mails need a mail server of yours. Say SMTP_HOST, SMTP_PORT and MAIL_FROM, and SMTP_USER and SMTP_PASSWORD where it wants a login, to npm run secrets -- --overlay production.`,
    );
  };
  return {
    mp3converter: {
      'rabbitmq-url': chosen(
        'RABBITMQ_URL',
        'mp3converter',
        'rabbitmq-url',
        () => `amqp://mp3converter:${rabbitmq}@rabbitmq:5672`,
      ),
      // The set tells of its members.
      'mongodb-url': chosen(
        'MONGODB_URL',
        'mp3converter',
        'mongodb-url',
        () => `mongodb://mp3converter:${mongodb}@mongodb:27017/mp3converter?authSource=admin&replicaSet=rs0`,
      ),
      'smtp-host': mail('SMTP_HOST', 'smtp-host', SINK),
      'smtp-port': mail('SMTP_PORT', 'smtp-port', '1025'),
      'smtp-user': mail('SMTP_USER', 'smtp-user', ''),
      'smtp-password': mail('SMTP_PASSWORD', 'smtp-password', ''),
      'mail-from': mail('MAIL_FROM', 'mail-from', 'mp3converter@localhost'),
    },
    'dapr-api-token': { token: kept('dapr-api-token', 'token', password) },
    'app-api-token': { token: kept('app-api-token', 'token', password) },
    gateway: {
      'link-secret': chosen('LINK_SECRET', 'gateway', 'link-secret', password),
      'operator-token': chosen('OPERATOR_TOKEN', 'gateway', 'operator-token', password),
    },
    auth: {
      'mysql-url': chosen(
        'MYSQL_URL',
        'auth',
        'mysql-url',
        () => `mysql://auth:${mysql}@mysql:3306/mp3converter`,
      ),
    },
    rabbitmq: {
      password: rabbitmq,
      // For KEDA, which asks from another namespace.
      'management-url': chosen(
        'RABBITMQ_MANAGEMENT_URL',
        'rabbitmq',
        'management-url',
        () => `http://mp3converter:${rabbitmq}@rabbitmq.mp3converter.svc:15672/`,
      ),
    },
    mongodb: {
      password: mongodb,
      'root-password': kept('mongodb', 'root-password', password),
      key: kept('mongodb', 'key', hexKey),
    },
    mysql: { password: mysql, 'root-password': kept('mysql', 'root-password', password) },
  };
}
