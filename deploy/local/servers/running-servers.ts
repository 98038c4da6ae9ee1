import { rm } from 'node:fs/promises';
import type { Supervised } from '../../process/supervised.ts';
import type { ExternalServers, ServerName, UrlServerName } from '../tools/external-servers.ts';
import type { ServerContext, ServerKind } from './context.ts';
import type { MailServer, Servers, UrlServer } from './types.ts';

export interface StartedServers {
  kinds: Record<ServerName, ServerKind>;
  context: ServerContext;
  needed: ReadonlySet<ServerName>;
  external: ExternalServers;
  /** The servers that were started or adopted. */
  running: ReadonlyMap<ServerName, Supervised>;
  /** The adopted ones among them. */
  reused: ServerName[];
}

/** The view that services and tests have of started servers. */
export function describeServers(started: StartedServers): Servers {
  const { kinds, context, needed, running, reused } = started;
  const urlServers = (Object.keys(kinds) as ServerName[]).filter(
    (name): name is UrlServerName => name !== 'mail' && needed.has(name),
  );
  const startedByUs = (name: ServerName): Supervised => {
    const server = running.get(name);
    if (server === undefined)
      throw new Error(`${name} was not started by this run, so it cannot be taken down.`);
    return server;
  };
  return {
    ...Object.fromEntries(urlServers.map((name) => [name, describeUrlServer(started, name)])),
    mysql: describeUrlServer(started, 'mysql'),
    mail: describeMailServer(started),
    reused,
    async takeDown(name, { erase = false } = {}) {
      const storage = kinds[name].storage?.(context);
      if (erase && storage === undefined) throw new Error(`The data of ${name} cannot be deleted.`);
      await startedByUs(name).takeDown();
      if (erase && storage !== undefined) await rm(storage, { recursive: true, force: true });
    },
    bringUp: (name) => startedByUs(name).bringUp(),
    stop: () => stopServers(running, reused),
  };
}

/** Stops all servers except those that `npm run setup` keeps running. */
export async function stopServers(
  running: ReadonlyMap<ServerName, Supervised>,
  reused: readonly ServerName[],
): Promise<void> {
  const ours = [...running].filter(([name]) => !reused.includes(name));
  await Promise.all(ours.map(([, server]) => server.stop()));
}

const describeUrlServer = (
  { kinds, context, external, running }: StartedServers,
  name: UrlServerName,
): UrlServer => ({
  url: external[name] ?? kinds[name].url?.(context) ?? '',
  get pid() {
    return running.get(name)?.pid;
  },
});

const describeMailServer = ({ context: { ports }, external, running }: StartedServers): MailServer => ({
  smtpHost: external.mail?.host ?? '127.0.0.1',
  smtpPort: external.mail?.port ?? (ports.known('smtp') as number),
  smtpUser: external.mail?.user ?? '',
  smtpPassword: external.mail?.password ?? '',
  webUrl: external.mail === undefined ? `http://127.0.0.1:${ports.known('mail')}` : undefined,
  get pid() {
    return running.get('mail')?.pid;
  },
});
