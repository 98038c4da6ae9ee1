import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import path from 'node:path';
import { readJson, writePrivate } from '../../services/shared/runtime/private-files.ts';
import { portOwner } from './port-owner.ts';

/** Whether this machine's loopback interface has no listener on the port. */
function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port from an environment variable. Throws if the variable is not a number from 1 to 65535. */
export function portFromEnv(variable: string, byDefault: number): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return byDefault;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${variable} is ${text}; it must be a port from 1 to 65535.`);
  }
  return port;
}

/** Free ports that stay the same from start to start, kept in `ports.json`: a restarted process keeps its address. */
export class Ports {
  readonly #file: string;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'ports.json');
  }

  /** Read each time: servers and services of one system reserve ports at the same time, each through an object of its own. */
  get #known(): Record<string, number> {
    return readJson<Record<string, number>>(this.#file) ?? {};
  }

  known(name: string): number | undefined {
    return this.#known[name];
  }

  /** The port that this name had before, if it is still free, else a new one. */
  async reserve(name: string): Promise<number> {
    const before = this.#known[name];
    if (before !== undefined && (await isPortFree(before))) return before;
    for (let attempt = 0; attempt < 200; attempt++) {
      // From 32768 on, Linux assigns ports to outgoing connections. One could take our port during a restart.
      const port = randomInt(20_000, 32_000);
      if ((await isPortFree(port)) && !Object.values(this.#known).includes(port))
        return this.#keep(name, port);
    }
    throw new Error('No free port found between 20000 and 32000 in 200 attempts.');
  }

  /** Reserves a port that the user chose by an environment variable. The error names the process that uses the port. */
  async claim(name: string, port: number, variable: string): Promise<number> {
    if (await isPortFree(port)) return this.#keep(name, port);
    throw new Error(
      `Port ${port} is in use by ${portOwner(port) ?? 'a process that we may not see'}. Stop it, or choose another port with ${variable}, for example ${variable}=${port + 1}.`,
    );
  }

  #keep(name: string, port: number): number {
    writePrivate(this.#file, `${JSON.stringify({ ...this.#known, [name]: port }, null, 2)}\n`);
    return port;
  }
}
