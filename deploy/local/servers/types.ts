import type { Report } from '../../process/run.ts';
import type { ServerName, UrlServerName } from '../tools/external-servers.ts';
import type { Tools } from '../tools/tools.ts';
import type { ServerKind } from './context.ts';

export interface UrlServer {
  readonly url: string;
  /** Undefined while it is down, and always for a server of the user's own. */
  readonly pid: number | undefined;
}

export interface MailServer {
  readonly smtpHost: string;
  readonly smtpPort: number;
  readonly smtpUser: string;
  readonly smtpPassword: string;
  /** The page with the mails, which also serves `GET /api/email`. Undefined for a mail server of the user's own. */
  readonly webUrl: string | undefined;
  readonly pid: number | undefined;
}

/** The servers that run, by name. */
export interface Servers extends Readonly<Partial<Record<UrlServerName, UrlServer>>> {
  readonly mysql: UrlServer;
  readonly mail: MailServer;
  /** The servers that `npm run setup` left running. stop() does not stop them. */
  readonly reused: ServerName[];
  /** Kills a server and keeps it down until bringUp(). With `erase`, also deletes its data. */
  takeDown(name: ServerName, options?: { erase?: boolean }): Promise<void>;
  /** Starts it on the same port with the same data. Resolves when it accepts work. */
  bringUp(name: ServerName): Promise<void>;
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
  /** Ports that the user chose. Default: free ones, the same at every start. */
  ports?: { mail?: number };
  /** The servers keep running when this process ends (`npm run setup`). Default false. */
  keep?: boolean;
  /** A server that crashes is started again. Default false. */
  supervise?: boolean;
  /** How long RabbitMQ lets a consumer work on one message, ms. Default: 12 hours. */
  consumerTimeoutMs?: number;
  /** Replaces maildev. */
  mailServer?: ServerKind;
}
