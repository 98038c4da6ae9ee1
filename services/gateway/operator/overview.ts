import type { Sidecar, SidecarMetadata } from '../../shared/dapr/sidecar.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createPacedRead } from '../../shared/runtime/paced-read.ts';
import { RELEASE } from '../../shared/runtime/release.ts';
import type { Backlog } from '../queue/backlog.ts';
import type { AliveConverter, Converters } from '../queue/converters.ts';
import { countFailed } from './count-failed.ts';
import type { FailedIndex } from './failed-index.ts';
import type { ConverterView, OperatorOverview } from './overview-view.ts';

/** The longest time for which a response waits for what it shows. What is not known by then is what was known before. */
const MAX_WAIT_MS = 2_000;
/** What was read longer ago than this is not shown. */
const MAX_AGE_MS = 60_000;
/** Milliseconds between two counts of the failed jobs, at least. */
const COUNT_PAUSE_MS = 3_000;
/** The pause is at least this many times as long as the last count took. */
const COUNT_PAUSE_FACTOR = 10;
/** Milliseconds between two questions to the sidecar. Its components seldom change while it runs. */
const METADATA_PAUSE_MS = 30_000;

export interface OverviewPorts {
  backlog: Pick<Backlog, 'update' | 'lastRead' | 'all' | 'queued'>;
  converters: Pick<Converters, 'update' | 'alive'>;
  failedIndex: Pick<FailedIndex, 'list'>;
  metadata: Sidecar['metadata'];
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/**
 * Finds what an operator sees of the whole system. However often it is called, the store is read at a bounded pace, and all callers
 * share its reads. Never rejects.
 */
export type ReadOverview = () => Promise<OperatorOverview>;

export function createOverview(ports: OverviewPorts): ReadOverview {
  const { backlog, converters, failedIndex, stoppingSignal, log, now = () => performance.now() } = ports;
  const onError = (error: unknown) => log.debug({ err: error }, 'a part of the overview could not be read');
  const failed = createKept(now, () => countFailed(failedIndex, stoppingSignal));
  const sidecar = createKept(now, () => ports.metadata(stoppingSignal));
  const pace = { now, onError };
  const reads = [
    backlog.update,
    converters.update,
    createPacedRead(failed.read, { ...pace, minPauseMs: COUNT_PAUSE_MS, pauseFactor: COUNT_PAUSE_FACTOR }),
    createPacedRead(sidecar.read, { ...pace, minPauseMs: METADATA_PAUSE_MS }),
  ];

  return async () => {
    await waitAtMost(
      MAX_WAIT_MS,
      reads.map((read) => read()),
    );
    const metadata = sidecar.value();
    return {
      jobs: jobsOf(backlog, now()),
      failed: failed.value() ?? null,
      converters: converters.alive()?.map(viewOf).sort(byHost) ?? null,
      gateway: { release: RELEASE, node: process.versions.node },
      dapr: metadata?.runtimeVersion ?? null,
      components: metadata ? componentsOf(metadata) : null,
    };
  };
}

async function waitAtMost(ms: number, work: readonly Promise<void>[]): Promise<void> {
  const ended = new AbortController();
  const all = Promise.all(work).finally(() => ended.abort());
  await Promise.race([all, delay(ms, ended.signal).catch(() => undefined)]);
}

/** Keeps what was read last, until it is too old. */
function createKept<T>(now: () => number, read: () => Promise<T>) {
  let kept: { value: T; at: number } | undefined;
  return {
    read: async () => {
      kept = { value: await read(), at: now() };
    },
    value: () => (kept && now() - kept.at <= MAX_AGE_MS ? kept.value : undefined),
  };
}

function jobsOf({ lastRead, all, queued }: OverviewPorts['backlog'], now: number): OperatorOverview['jobs'] {
  if (!lastRead || now - lastRead.at > MAX_AGE_MS) return null;
  const counts = { uploading: 0, queued: 0, converting: 0, finishing: 0 };
  for (const { status } of all()) {
    if (status === 'uploading' || status === 'queued' || status === 'converting') counts[status] += 1;
    // The entry of a deleted job stays until its blobs are deleted.
    else if (status !== 'deleted') counts.finishing += 1;
  }
  const [first] = queued();
  // The clock of the gateway that has queued the job may be ahead of ours.
  const waited = first && Math.max(0, Date.now() - Date.parse(first.updatedAt)) / 1000;
  return { ...counts, oldest_queued_seconds: waited === undefined ? null : Math.round(waited) };
}

const viewOf = ({ id, host, versions, conversions, ...presence }: AliveConverter): ConverterView => ({
  id,
  host: host ?? null,
  concurrency: presence.concurrency,
  conversions: conversions ?? null,
  sound_speed: presence.sound_speed,
  sound_speed_normalized: presence.sound_speed_normalized,
  versions: {
    release: versions?.release ?? null,
    node: versions?.node ?? null,
    ffmpeg: versions?.ffmpeg ?? null,
  },
});

/** The order in the store changes with each beat, and a list that is shown should not. Those without a name are the last ones. */
const byHost = (a: ConverterView, b: ConverterView): number =>
  Number(a.host === null) - Number(b.host === null) ||
  (a.host ?? '').localeCompare(b.host ?? '') ||
  a.id.localeCompare(b.id);

const componentsOf = ({ components }: SidecarMetadata) =>
  components.toSorted((a, b) => a.name.localeCompare(b.name));
