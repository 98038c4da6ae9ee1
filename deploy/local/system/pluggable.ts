import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from '../../process/child.ts';
import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { waitUntilReady } from '../../process/wait-ready.ts';
import { withoutSecrets } from './environment.ts';

/** A folder in components/ with this program is a pluggable component. Its socket has the name of the folder. */
const PROGRAM = 'main.ts';
/** Bytes. Linux limits the path of a socket to 107, including the socket's name. */
const MAX_FOLDER = 80;

/** The folder with the sockets through which sidecars call pluggable components. */
export function socketsFolder(dataDir: string): string {
  const folder = path.join(path.resolve(dataDir), 'sockets');
  if (Buffer.byteLength(folder) <= MAX_FOLDER) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return path.join(tmpdir(), `mp3converter-sockets-${name}`);
}

/** Those folders that contain a pluggable component. */
export const pluggableIn = (folders: readonly string[]): string[] =>
  folders.filter((folder) => existsSync(path.join(folder, PROGRAM)));

export interface PluggableOptions {
  folder: string;
  sockets: string;
  dataDir: string;
  report: Report;
  signal: AbortSignal;
}

/** Prepares a component without starting it. A component must run before the sidecars that use it start. */
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
        const listens = () => canConnect(path.join(sockets, `${name}.sock`));
        await waitUntilReady(child, listens, {
          timeoutMs: 30_000,
          signal: AbortSignal.any([signal, stopping]),
        });
        return child;
      } catch (error) {
        await child.stop();
        throw error;
      }
    },
  });
}

function canConnect(socketPath: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath)
    .once('connect', () => resolve(true))
    .once('error', reject);
  return promise.finally(() => socket.destroy());
}
