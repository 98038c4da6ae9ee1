import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Choice, KINDS } from './system/components.ts';
import { INSPECTOR_PORTS } from './system/inspector.ts';

export const usage = `npm start -- [--pubsub <choice>] [--blobs <choice>] [--mail <choice>] [--inspect <service>] …
npm run dev -- [the same]

Installs missing programs, starts the servers, the four services and their sidecars, and runs until Ctrl-C.
npm run dev also restarts a service when one of its files is saved (services/<name>/), and all four for a file in
services/shared. The sidecars and servers keep running.

  --pubsub   the broker for the events: rabbitmq, rabbitmq-quorum, redis, jetstream (default: rabbitmq)
  --blobs    the store for videos, MP3s and jobs: sqlite, mongodb, postgresql, redis (default: sqlite)
  --mail     the component that sends the mails: nodemailer, smtp (default: nodemailer)
             Each choice is a folder in components/. You can also give ./path/to/a/folder of your own.
  --inspect  runs a service under the Node inspector, on 127.0.0.1: ${Object.keys(INSPECTOR_PORTS).join(', ')}; can be repeated
             ${Object.entries(INSPECTOR_PORTS)
               .map(([name, port]) => `${name}=${port}`)
               .join(', ')}, unless you give another port: --inspect gateway=9300

Environment variables:
  GATEWAY_PORT  the gateway's port (default 8080)
  MAIL_PORT     the port of the web page with the mails (default 1080)
  PUBLIC_URL    the gateway's address in mails (default http://localhost:GATEWAY_PORT)
  RABBITMQ_URL, REDIS_URL, NATS_URL, MYSQL_URL, MONGODB_URL, POSTGRESQL_URL,
  SMTP_HOST with SMTP_PORT, SMTP_USER, SMTP_PASSWORD
                your own servers, which are then used instead of starting one
  DAPRD_PATH    a daprd that you have; without it, an installed one is used, or the release is downloaded
  DAPRD_DOWNLOAD
                off builds a missing daprd from source; otherwise the https URL of a mirror of the releases
  CHECK_DISK    false starts without a look at the free space (default true)
`;

export interface StartOptions {
  choice: Choice;
  /** Ports of the Node inspector, by app id. */
  inspect: ReadonlyMap<string, number>;
  /** Whether a service is restarted when a file of it is saved. */
  watch: boolean;
}

/**
 * Reads the command line of `npm start` and `npm run dev`. Returns undefined if help is wanted.
 * @param cwd the folder to which paths in the arguments are relative
 * @throws with a message for the terminal
 */
export function readCommandLine(args: readonly string[], cwd: string): StartOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pubsub: { type: 'string' },
      blobs: { type: 'string', default: 'sqlite' },
      mail: { type: 'string', default: 'nodemailer' },
      inspect: { type: 'string', multiple: true, default: [] },
      watch: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const choice: Choice = {};
  for (const kind of KINDS) {
    const name = values[kind];
    if (name !== undefined) choice[kind] = name.includes('/') ? path.resolve(cwd, name) : name;
  }
  return { choice, inspect: new Map(values.inspect.map(readInspector)), watch: values.watch };
}

/** `gateway` or `gateway=9300`. */
function readInspector(text: string): [name: string, port: number] {
  const [name = '', chosen] = text.split('=', 2);
  const byDefault = INSPECTOR_PORTS[name];
  if (byDefault === undefined)
    throw new Error(`--inspect is ${text}; it must name one of ${Object.keys(INSPECTOR_PORTS).join(', ')}.`);
  const port = chosen === undefined ? byDefault : Number(chosen);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--inspect is ${text}; the port must be a number from 1 to 65535.`);
  return [name, port];
}
