import path from 'node:path';
import { parseEnv } from 'node:util';
import { readIfThere, writePrivate } from '../../services/shared/runtime/private-files.ts';

/** In the order in which they become ready: each service needs those before it. */
export const SERVICES = ['auth', 'gateway', 'converter', 'notification'] as const;
export type Service = (typeof SERVICES)[number];

/** Images that are pulled, keyed by the environment variable that replaces one. Servers have a minor version, so that they only get fixes. */
export const OFFICIAL = {
  BASE_IMAGE: 'node:24-bookworm-slim',
  GO_IMAGE: 'golang:1.26-bookworm',
  DAPRD_IMAGE: 'daprio/daprd:1.18.2',
  RABBITMQ_IMAGE: 'rabbitmq:4.2',
  MONGODB_IMAGE: 'mongo:7.0',
  MYSQL_IMAGE: 'mariadb:11.8',
  MAILDEV_IMAGE: 'maildev/maildev:3.0.0',
} as const;
export type Official = keyof typeof OFFICIAL;

/** What the images of the services are built from. It is pulled where images are built, and not where they run. */
export const BUILD_IMAGES = ['BASE_IMAGE', 'GO_IMAGE'] as const satisfies Official[];

const BUILT = {
  AUTH_IMAGE: 'mp3converter/auth:dev',
  CONVERTER_IMAGE: 'mp3converter/converter:dev',
  GATEWAY_IMAGE: 'mp3converter/gateway:dev',
  NOTIFICATION_IMAGE: 'mp3converter/notification:dev',
} as const;

export type ImageNames = Record<Official | keyof typeof BUILT, string>;

export const DEFAULTS: ImageNames = { ...OFFICIAL, ...BUILT };

/** The environment variable that names the image of a service. */
export const variableOf = (service: Service): keyof ImageNames =>
  `${service.toUpperCase()}_IMAGE` as keyof ImageNames;

export const imageOf = (names: ImageNames, service: Service): string => names[variableOf(service)];

const file = (dataDir: string): string => path.join(dataDir, 'docker', 'images.env');

/** The names from the environment, else those that `npm run images` built or found, else the defaults. */
export function imageNames(dataDir: string, env: NodeJS.ProcessEnv = process.env): ImageNames {
  const kept = parseEnv(readIfThere(file(dataDir)) ?? '');
  return Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, byDefault]) => [name, env[name] || kept[name] || byDefault]),
  ) as ImageNames;
}

/** Saves the names for Compose and the tests, which run after the images were built. */
export function keepImageNames(dataDir: string, names: ImageNames): void {
  const lines = Object.entries(names).map(([name, image]) => `${name}=${image}\n`);
  writePrivate(file(dataDir), lines.join(''));
}
