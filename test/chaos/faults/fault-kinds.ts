import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from '../../../deploy/local/servers/servers.ts';
import { signalProcess } from '../../../deploy/process/child.ts';
import type { LogLine } from '../evidence/service-logs.ts';
import { LEASE_SECONDS, STALL_SECONDS, type Stage } from '../harness.ts';
import type { Ledger } from '../history.ts';
import { untilActive, untilConverting, untilStored, untilUploading } from './fault-points.ts';
import { frozen, keptDown } from './outage.ts';
import { publishVideo } from './publish-video.ts';

/** As notification says it of a mail that it cannot know to have gone out before. */
export const MAY_BE_A_DUPLICATE = 'a send broke off in the middle: this mail may be a duplicate';

export interface Theatre {
  stage: Stage;
  ledger: Ledger;
  signal: AbortSignal;
}

export interface Injected {
  /** What was hit. */
  target: string;
  /** When it is over, for what does not happen at once. */
  over?: Promise<void>;
}

export interface FaultKind {
  name: string;
  /** Resolves once it has happened, or begun. */
  inject(theatre: Theatre, choice: number): Promise<Injected>;
  /** What the services log soon after it where such a fault has really hit something, and not fallen between two works. */
  trace?(line: LogLine, target: string): boolean;
  /** Why it cannot happen here. */
  missing?(stage: Stage): string | undefined;
}

const one = <T>(items: readonly T[], choice: number): T => items[choice % items.length] as T;

/** `kill -9`, by the pid that the launcher reports. */
async function killNow({ stage, signal }: Theatre, target: string): Promise<Injected> {
  signalProcess(await stage.pidOf(target, signal), 'SIGKILL');
  return { target };
}

/** At any moment. */
const kill = (name: string, ...targets: string[]): FaultKind => ({
  name: `kill ${name}`,
  inject: (theatre, choice) => killNow(theatre, one(targets, choice)),
});

/** Stopped for so long. */
async function freeze({ stage, signal }: Theatre, target: string, seconds: number): Promise<Injected> {
  const way = frozen(stage, target, signal);
  await way.take();
  return { target, over: sleep(seconds * 1000, undefined, { signal }).finally(() => way.giveBack()) };
}

/** Down and up again, empty. */
async function erase({ stage }: Theatre, target: ServerName): Promise<Injected> {
  const way = keptDown(stage, target, { erase: true });
  await way.take();
  return { target, over: way.giveBack() };
}

const CONVERTERS = ['converter', 'converter-2'];
const takenOver = ({ msg }: LogLine) => msg === 'taken over from a converter that went silent';

export const FAULTS: readonly FaultKind[] = [
  kill('gateway', 'gateway', 'gateway-2'),
  kill('auth', 'auth'),
  {
    // Longer than a call to it may take: answers get lost, and requests are made again.
    name: 'freeze auth',
    inject: (theatre, choice) => freeze(theatre, 'auth', 12 + (choice % 10)),
  },
  kill('converter', ...CONVERTERS),
  {
    name: 'kill converter at work',
    async inject(theatre, choice) {
      return killNow(theatre, (await untilConverting(theatre)) ?? one(CONVERTERS, choice));
    },
    trace: takenOver,
  },
  kill('notification', 'notification'),
  kill('daprd of gateway', 'gateway.daprd', 'gateway-2.daprd'),
  kill('daprd of auth', 'auth.daprd'),
  kill('daprd of converter', 'converter.daprd', 'converter-2.daprd'),
  kill('daprd of notification', 'notification.daprd'),
  kill('RabbitMQ', 'rabbitmq'),
  {
    ...kill('blob store', 'mongodb'),
    missing: ({ blobs }) => (blobs === 'sqlite' ? 'sqlite is no process; the sidecars hold it' : undefined),
  },
  kill('MySQL', 'mysql'),
  kill('mail server', 'mail'),
  {
    name: 'kill one end of a send',
    async inject(theatre, choice) {
      await untilStored(theatre);
      return killNow(theatre, one(['notification', 'notification.daprd', 'mail'], choice));
    },
    trace: ({ msg }) => msg === MAY_BE_A_DUPLICATE,
  },
  {
    name: 'wipe RabbitMQ',
    inject: (theatre) => erase(theatre, 'rabbitmq'),
    trace: ({ msg }) => msg === 'published again',
  },
  {
    name: 'freeze converter at work',
    async inject(theatre, choice) {
      const target = (await untilConverting(theatre)) ?? one(CONVERTERS, choice);
      return freeze(theatre, target, LEASE_SECONDS * 1.5 + (choice % 5));
    },
    trace: takenOver,
  },
  {
    name: 'freeze gateway in an upload',
    trace: ({ msg }) => msg === 'a stalled upload was ended',
    async inject(theatre, choice) {
      const target = (await untilUploading(theatre)) ?? one(['gateway', 'gateway-2'], choice);
      return freeze(theatre, target, STALL_SECONDS * 1.25);
    },
  },
  {
    name: 'fill spool disk',
    trace: ({ err }) => err?.type === 'DiskFull' || err?.code === 'ENOSPC',
    missing: ({ disks }) =>
      Object.keys(disks).length === 0 ? 'no small disk can be mounted here; it takes root' : undefined,
    async inject({ stage, signal }, choice) {
      const [target, disk] = one(Object.entries(stage.disks), choice);
      await disk.fill();
      const over = sleep(3_000 + (choice % 4_000), undefined, { signal }).finally(() => disk.empty());
      return { target: `${target}'s spool`, over };
    },
  },
  {
    name: 'two converters on one job',
    trace: ({ msg, job_id }, target) => job_id === target && /^(another|this) converter /.test(msg),
    async inject(theatre) {
      const id = await untilActive(theatre);
      if (id === undefined) throw new Error('no job was active for a minute: the load stands still');
      await publishVideo(theatre.stage, id, 4, theatre.signal);
      return { target: id };
    },
  },
];
