import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from '../../process/child.ts';
import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { untilReady } from '../../process/wait-ready.ts';
import { withoutSecrets } from './environment.ts';

/** A pluggable component is this program in its folder of components/; sidecars find it by the socket named after the folder. */
const PROGRAM = 'main.ts';
/** Bytes; a socket's path may have 107, its name included. */
const MAX_FOLDER = 80;

/** Where the pluggable components of a system and its sidecars meet. */
export function socketsFolder(dataDir: string): string {
  const folder = path.join(path.resolve(dataDir), 'sockets');
  if (Buffer.byteLength(folder) <= MAX_FOLDER) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return path.join(tmpdir(), `mp3converter-sockets-${name}`);
}

/** The pluggable components among some folders of components. */
export const pluggableIn = (folders: readonly string[]): string[] =>
  folders.filter((folder) => existsSync(path.join(folder, PROGRAM)));

export interface PluggableOptions {
  folder: string;
  sockets: string;
  dataDir: string;
  report: Report;
  signal: AbortSignal;
}

/** Not started yet. It must run before a sidecar that uses it starts. */
export function preparePluggable({ folder, sockets, dataDir, report, signal }: PluggableOptions): Supervised {
  const name = path.basename(folder);
  return new Supervised({
    name,
    report,
    async launch(stopping) {
      const child = await startChild({
        name,
        command: process.execPath,
        args: ['--max-semi-space-size=2', path.join(folder, PROGRAM)],
        cwd: folder,
        env: { ...withoutSecrets(process.env), DAPR_COMPONENTS_SOCKETS_FOLDER: sockets },
        logFile: path.join(dataDir, 'logs', `${name}.log`),
        dataDir,
        graceMs: 25_000,
      });
      try {
        const listens = () => answers(path.join(sockets, `${name}.sock`));
        await untilReady(child, listens, { timeoutMs: 30_000, signal: AbortSignal.any([signal, stopping]) });
        return child;
      } catch (error) {
        await child.stop();
        throw error;
      }
    },
  });
}

function answers(socketPath: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath)
    .once('connect', () => resolve(true))
    .once('error', reject);
  return promise.finally(() => socket.destroy());
}
