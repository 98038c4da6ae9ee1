import path from 'node:path';
import type { Child } from '../../process/child.ts';
import type { Ports } from '../../process/ports.ts';
import type { Passwords } from '../../process/private-files.ts';
import type { Tools } from '../tools/tools.ts';

/** What every server needs to start. */
export interface ServerContext {
  repoRoot: string;
  dataDir: string;
  ports: Ports;
  passwords: Passwords;
  tools: Tools;
  /** It stays when we go (`npm run setup`). */
  keep: boolean;
  /** How long RabbitMQ lets a consumer work on a message, ms. */
  consumerTimeoutMs: number;
  signal: AbortSignal;
}

/** One kind of server. */
export interface Starter {
  /** Where clients reach it; for all but the mail server, which has two addresses. */
  url?(context: ServerContext): string;
  launch(context: ServerContext): Promise<Child>;
  /** Fulfils when it takes work; also for one that an earlier run launched, and perhaps did not finish preparing. */
  ready(context: ServerContext, child: Child): Promise<void>;
  /** Makes what the components take for granted; also in a server that is not ours. */
  prepare?(url: string, context: ServerContext): Promise<void>;
  /** The folder whose loss leaves it empty, as after its first start. */
  storage?(context: ServerContext): string;
}

export const logOf = (dataDir: string, name: string): string => path.join(dataDir, 'logs', `${name}.log`);

/** The user's environment without what belongs to services of ours: a server needs none of it. */
export function plainEnv(): NodeJS.ProcessEnv {
  const keep = [
    'PATH',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'USER',
    'LOGNAME',
    'HOME',
    'DOCKER_HOST',
    'DOCKER_CONTEXT',
    'DOCKER_CONFIG',
  ];
  return Object.fromEntries(
    keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
