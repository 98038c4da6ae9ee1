import path from 'node:path';
import type { Child } from '../../process/child.ts';
import type { Passwords } from '../../process/passwords.ts';
import type { Ports } from '../../process/ports.ts';
import type { Tools } from '../tools/tools.ts';

/** What every server needs to start. */
export interface ServerContext {
  repoRoot: string;
  dataDir: string;
  ports: Ports;
  passwords: Passwords;
  tools: Tools;
  /** The server keeps running when this process ends (`npm run setup`). */
  keep: boolean;
  /** How long RabbitMQ lets a consumer work on one message, ms. */
  consumerTimeoutMs: number;
  signal: AbortSignal;
}

/** How one kind of server is started. */
export interface ServerKind {
  /** The URL for clients. The mail server has none, since it has two addresses. */
  url?(context: ServerContext): string;
  launch(context: ServerContext): Promise<Child>;
  /** Resolves when the server accepts work. It completes preparations that an earlier run did not finish. */
  ready(context: ServerContext, child: Child): Promise<void>;
  /** Creates in a server of the user's own what the components expect to exist. */
  prepare?(url: string, context: ServerContext): Promise<void>;
  /** The folder with the server's data. Without it, the server starts as if for the first time. */
  storage?(context: ServerContext): string;
}

export const logOf = (dataDir: string, name: string): string => path.join(dataDir, 'logs', `${name}.log`);

/** The variables of the user's environment that a server needs. It gets none of the services' settings and secrets. */
export function plainEnv(): NodeJS.ProcessEnv {
  const allowed = [
    'PATH',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'USER',
    'LOGNAME',
    'HOME',
    'NODE_COMPILE_CACHE',
    'DOCKER_HOST',
    'DOCKER_CONTEXT',
    'DOCKER_CONFIG',
  ];
  return Object.fromEntries(
    allowed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
