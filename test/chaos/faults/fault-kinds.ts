import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from '../../../deploy/local/servers/servers.ts';
import { signalProcess } from '../../../deploy/process/child.ts';
import { LOG_MESSAGES } from '../../support/log-messages.ts';
import type { LogLine } from '../evidence/service-logs.ts';
import { LEASE_SECONDS, STALL_SECONDS } from '../harness.ts';
import type { FaultContext, FaultKind, InjectedFault } from './fault.ts';
import { whileConverting, whileJobIsActive, whileMailing, whileUploading } from './fault-points.ts';
import { frozen, keptDown } from './outage.ts';
import { publishVideo } from './publish-video.ts';

const pickOne = <T>(items: readonly T[], choice: number): T => items[choice % items.length] as T;

/** `kill -9`, by the pid that the launcher reports. */
async function killNow({ harness, signal }: FaultContext, target: string): Promise<InjectedFault> {
  signalProcess(await harness.waitForPid(target, signal), 'SIGKILL');
  return { target };
}

const kill = (name: string, ...targets: string[]): FaultKind => ({
  name: `kill ${name}`,
  inject: (context, choice) => killNow(context, pickOne(targets, choice)),
});

async function freeze(
  { harness, signal }: FaultContext,
  target: string,
  seconds: number,
): Promise<InjectedFault> {
  const outage = frozen(harness, target, signal);
  await outage.begin();
  return { target, over: sleep(seconds * 1000, undefined, { signal }).finally(() => outage.end()) };
}

/** Kills a server, erases its data, and starts it again. */
async function erase({ harness }: FaultContext, target: ServerName): Promise<InjectedFault> {
  const outage = keptDown(harness, target, { erase: true });
  await outage.begin();
  return { target, over: outage.end() };
}

const CONVERTERS = ['converter', 'converter-2'];
const isTakeover = ({ msg }: LogLine) => msg === LOG_MESSAGES.takenOver;

/** What a converter logs if it does not convert a job because a converter has it already. */
const SECOND_DELIVERY: readonly string[] = [
  LOG_MESSAGES.otherConverterWorks,
  LOG_MESSAGES.otherConverterFaster,
  LOG_MESSAGES.thisConverterWorks,
];

/** All kinds of faults. A seed draws from them by their order, so a new kind changes the faults of every seed. */
export const FAULTS: readonly FaultKind[] = [
  kill('gateway', 'gateway', 'gateway-2'),
  kill('auth', 'auth'),
  {
    // This is longer than a call to auth may take, so responses get lost and requests are repeated.
    name: 'freeze auth',
    inject: (context, choice) => freeze(context, 'auth', 12 + (choice % 10)),
  },
  kill('converter', ...CONVERTERS),
  {
    name: 'kill converter at work',
    inject: async (context, choice) =>
      killNow(context, (await whileConverting(context)) ?? pickOne(CONVERTERS, choice)),
    isEffect: isTakeover,
  },
  kill('notification', 'notification'),
  kill('daprd of gateway', 'gateway.daprd', 'gateway-2.daprd'),
  kill('daprd of auth', 'auth.daprd'),
  kill('daprd of converter', 'converter.daprd', 'converter-2.daprd'),
  kill('daprd of notification', 'notification.daprd'),
  kill('RabbitMQ', 'rabbitmq'),
  {
    ...kill('blob store', 'mongodb'),
    whyMissing: ({ blobs }) =>
      blobs === 'sqlite' ? 'sqlite is not a process of its own; the sidecars hold it' : undefined,
  },
  kill('MySQL', 'mysql'),
  kill('mail server', 'mail'),
  {
    name: 'kill one end of a send',
    async inject(context, choice) {
      await whileMailing(context);
      return killNow(context, pickOne(['notification', 'notification.daprd', 'mail'], choice));
    },
    isEffect: ({ msg }) => msg === LOG_MESSAGES.mayBeDuplicate,
  },
  {
    name: 'wipe RabbitMQ',
    inject: (context) => erase(context, 'rabbitmq'),
    isEffect: ({ msg }) => msg === LOG_MESSAGES.republished,
  },
  {
    name: 'freeze converter at work',
    async inject(context, choice) {
      const target = (await whileConverting(context)) ?? pickOne(CONVERTERS, choice);
      // Another converter takes the job over only after the sweep has published it again and the lease has ended.
      return freeze(context, target, (STALL_SECONDS + LEASE_SECONDS) * 1.2 + (choice % 5));
    },
    isEffect: isTakeover,
  },
  {
    name: 'freeze gateway in an upload',
    isEffect: ({ msg }) => msg === LOG_MESSAGES.stalledUploadEnded,
    async inject(context, choice) {
      const target = (await whileUploading(context)) ?? pickOne(['gateway', 'gateway-2'], choice);
      return freeze(context, target, STALL_SECONDS * 1.25);
    },
  },
  {
    name: 'fill spool disk',
    isEffect: ({ err }) => err?.type === 'DiskFull' || err?.code === 'ENOSPC',
    whyMissing: ({ disks }) =>
      Object.keys(disks).length === 0 ? 'no small disk can be mounted here; only root can do so' : undefined,
    async inject({ harness, signal }, choice) {
      const [target, disk] = pickOne(Object.entries(harness.disks), choice);
      await disk.fill();
      const over = sleep(3_000 + (choice % 4_000), undefined, { signal }).finally(() => disk.empty());
      return { target: `${target}'s spool`, over };
    },
  },
  {
    name: 'two converters on one job',
    isEffect: ({ msg, job_id }, target) => job_id === target && SECOND_DELIVERY.includes(msg),
    async inject(context) {
      const id = await whileJobIsActive(context);
      if (id === undefined) throw new Error('no job was active for a minute, so the load has come to a halt');
      await publishVideo(context.harness, { jobId: id, times: 4, signal: context.signal });
      return { target: id };
    },
  },
];
