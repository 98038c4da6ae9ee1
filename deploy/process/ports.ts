import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import path from 'node:path';
import { portOwner } from './port-owner.ts';
import { readJson, writePrivate } from './private-files.ts';

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Free ports that stay the same from start to start: what is restarted keeps its address. */
export class Ports {
  readonly #file: string;
  readonly #known: Record<string, number>;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'ports.json');
    this.#known = readJson<Record<string, number>>(this.#file) ?? {};
  }

  known(name: string): number | undefined {
    return this.#known[name];
  }

  /** The port that this name had before, if nobody has taken it meanwhile; else a new one. */
  async reserve(name: string): Promise<number> {
    const before = this.#known[name];
    if (before !== undefined && (await isFree(before))) return before;
    for (let attempt = 0; attempt < 200; attempt++) {
      // Below 32768: the system gives the ones above to outgoing connections, so one could be lost during a restart.
      const port = randomInt(20_000, 32_000);
      if (!Object.values(this.#known).includes(port) && (await isFree(port))) return this.#keep(name, port);
    }
    throw new Error('No free port found between 20000 and 32000 in 200 attempts.');
  }

  /** A port that the user chose; an error that names its owner if it is busy. */
  async claim(name: string, port: number, variable: string): Promise<number> {
    if (await isFree(port)) return this.#keep(name, port);
    throw new Error(
      `Port ${port} is in use by ${portOwner(port) ?? 'a process that cannot be seen from here'}. Stop it, or choose another port with ${variable}, for example ${variable}=${port + 1}.`,
    );
  }

  #keep(name: string, port: number): number {
    this.#known[name] = port;
    writePrivate(this.#file, `${JSON.stringify(this.#known, null, 2)}\n`);
    return port;
  }
}
