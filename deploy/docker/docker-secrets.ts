import { chownSync } from 'node:fs';
import path from 'node:path';
import { writePrivate } from '../../services/shared/runtime/private-files.ts';
import { Passwords } from '../process/passwords.ts';

// The user of the image daprio/daprd. Root can give the secrets to this user; for any other user, the sidecars run as that user.
const SIDECAR_UID = 65_532;

export interface DockerSecrets {
  /** The variables of compose.yaml. */
  env: Record<string, string>;
  /** User and group as which the sidecars run. */
  sidecar: [uid: number, gid: number];
  /** The file of Dapr's secret store, which is mounted into the sidecars. */
  secretsFile: string;
}

export interface SecretsOptions {
  /** Folder in which passwords are kept after they are first generated. */
  dataDir: string;
  mailFrom?: string;
  /** Host names of the servers. */
  hosts?: { rabbitmq: string; mongodb: string; maildev: string };
}

const HOSTS = { rabbitmq: 'rabbitmq', mongodb: 'mongodb', maildev: 'maildev' };

/** Generates every password and token of a system in Docker. Only the owner and the sidecars can read the file. */
export function writeDockerSecrets({
  dataDir,
  mailFrom = 'mp3converter@localhost',
  hosts = HOSTS,
}: SecretsOptions): DockerSecrets {
  const passwords = new Passwords(dataDir);
  const asRoot = process.getuid?.() === 0;
  const [uid, gid] = asRoot ? [SIDECAR_UID, SIDECAR_UID] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const env = {
    SIDECAR_USER: `${uid}:${gid}`,
    SIDECAR_UID: String(uid),
    DAPR_API_TOKEN: passwords.get('dapr-api-token'),
    APP_API_TOKEN: passwords.get('app-api-token'),
    LINK_SECRET: process.env.LINK_SECRET ?? passwords.get('link-secret'),
    AUTH_SECRET: process.env.AUTH_SECRET ?? passwords.get('auth-secret'),
    EVENT_SECRET: process.env.EVENT_SECRET ?? passwords.get('event-secret'),
    OPERATOR_TOKEN: process.env.OPERATOR_TOKEN ?? passwords.get('operator-token'),
    RABBITMQ_PASSWORD: passwords.get('rabbitmq'),
    MONGODB_PASSWORD: passwords.get('mongodb'),
    MONGODB_ROOT_PASSWORD: passwords.get('mongodb-root'),
    MYSQL_PASSWORD: passwords.get('mysql'),
    MYSQL_ROOT_PASSWORD: passwords.get('mysql-root'),
  };
  // Every secret is present, even if it is not used, because Dapr refuses a component whose secret is missing.
  const secrets = {
    'rabbitmq-url': `amqp://mp3converter:${env.RABBITMQ_PASSWORD}@${hosts.rabbitmq}:5672`,
    'mongodb-url': `mongodb://mp3converter:${env.MONGODB_PASSWORD}@${hosts.mongodb}:27017/mp3converter?authSource=admin&directConnection=true`,
    'sqlite-path': '/tmp/store.sqlite',
    'smtp-host': hosts.maildev,
    'smtp-port': '1025',
    'smtp-user': '',
    'smtp-password': '',
    'mail-from': mailFrom,
  };
  const secretsFile = path.join(dataDir, 'secrets.json');
  writePrivate(secretsFile, `${JSON.stringify({ mp3converter: secrets }, null, 2)}\n`);
  if (asRoot) chownSync(secretsFile, uid, gid);
  return { env, sidecar: [uid, gid], secretsFile };
}
