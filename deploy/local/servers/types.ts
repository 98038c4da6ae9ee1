import type { Report } from '../../process/run.ts';
import type { Tools } from '../tools/tools.ts';
import type { Starter } from './context.ts';

export type UrlServerName = 'rabbitmq' | 'redis' | 'nats' | 'mysql' | 'mongodb' | 'postgresql';
export type ServerName = UrlServerName | 'mail';

export interface UrlServer {
  readonly url: string;
  /** Undefined while it is down, and always for a server given by URL. */
  readonly pid: number | undefined;
}

export interface MailServer {
  readonly smtpHost: string;
  readonly smtpPort: number;
  readonly smtpUser: string;
  readonly smtpPassword: string;
  /** The page with the mails, and `GET /api/email`; undefined for a mail server given by the environment. */
  readonly webUrl: string | undefined;
  readonly pid: number | undefined;
}

/** Those that are needed, by name. */
export interface Servers extends Readonly<Partial<Record<UrlServerName, UrlServer>>> {
  readonly mysql: UrlServer;
  readonly mail: MailServer;
  /** Names of the servers that `npm run setup` left running, which stop() leaves alone. */
  readonly reused: ServerName[];
  /** Stops it if it runs, and starts it on the same port with the same data. */
  restart(name: ServerName): Promise<void>;
  /** Kills it and keeps it down until release(). `erase` also deletes what it has stored. */
  hold(name: ServerName, options?: { erase?: boolean }): Promise<void>;
  /** Fulfils when it takes work again. */
  release(name: ServerName): Promise<void>;
  stop(): Promise<void>;
}

export interface ServersOptions {
  repoRoot: string;
  /** `<stateRoot>/.data` */
  dataDir: string;
  needed: ReadonlySet<ServerName>;
  tools: Tools;
  report: Report;
  signal: AbortSignal;
  /** Ports that the user chose, with the variable that he chose them by; free ones otherwise. */
  ports?: { mail?: number };
  /** They stay when this process ends (`npm run setup`). */
  keep?: boolean;
  /** One that dies is started again. Default false. */
  supervise?: boolean;
  /** Default: 12 hours, as a conversion may take longer than RabbitMQ's own 30 minutes. */
  consumerTimeoutMs?: number;
  /** Other mail servers than maildev. */
  mailServer?: Starter;
}
