import { ALIVE_MS, type ConverterPresence } from '../../shared/contract/converter-presence.ts';
import { type Job, viewOf } from '../../shared/jobs/job.ts';
import type { JobView } from '../../shared/jobs/job-view.ts';
import { workOf } from '../../shared/jobs/work.ts';
import { delay } from '../../shared/runtime/delay.ts';
import type { Backlog } from './backlog.ts';
import type { Converters } from './converters.ts';
import { estimateWaits, type Waits } from './estimate-waits.ts';
import { type KnownJob, placedOf } from './known-job.ts';

/** The longest time for which a response waits for the place of a queued job. */
const MAX_WAIT_MS = 1_000;
/** A place that was read longer ago than this is not shown. */
const MAX_AGE_MS = 60_000;
/** For this long, what was found out of the known jobs serves all views. */
const MOMENT_MS = 500;

type Place = JobView['queue'];

export interface QueuePorts {
  backlog: Backlog;
  converters: Pick<Converters, 'update' | 'alive'>;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** Where queued jobs stand. Nothing is read unless somebody asks about a queued job. */
export interface Queue {
  /** The public form of a job, with its place and time, from what is known now. */
  viewNow(job: Job): JobView;
  /** The same for several jobs, after a read of the store if one of them is queued and the last read is too old. */
  view(jobs: readonly Job[]): Promise<JobView[]>;
  /** Null for a job that is not queued, and while it is not known. */
  placeOf(job: Job): Place;
  /** Reads what the place of a job needs. It waits a second at most, and never rejects. */
  refresh(job: Job): Promise<void>;
}

export function createQueue({ backlog, converters, now = () => performance.now() }: QueuePorts): Queue {
  const moment = createMoments({ backlog, converters, now });

  async function refresh(): Promise<void> {
    const read = new AbortController();
    const reads = Promise.all([backlog.update(), converters.update()]).finally(() => read.abort());
    await Promise.race([reads, delay(MAX_WAIT_MS, read.signal).catch(() => undefined)]);
  }

  function placeOf(job: Job): Place {
    if (job.status !== 'queued' || !backlog.lastRead || now() - backlog.lastRead.at > MAX_AGE_MS) return null;
    const { converterCount } = moment();
    if (converterCount === undefined) return null;
    return {
      position: backlog.positionOf(placedOf(job)),
      converters: converterCount,
    };
  }

  function viewNow(job: Job): JobView {
    const view = viewOf(job);
    const queue = placeOf(job);
    if (queue === null) return view;
    return { ...view, queue, eta_seconds: moment().waits.secondsUntilDone(workOf(job), queue.position - 1) };
  }

  return {
    viewNow,
    placeOf,
    async view(jobs) {
      if (jobs.some(({ status }) => status === 'queued')) await refresh();
      return jobs.map(viewNow);
    },
    async refresh({ status }) {
      if (status === 'queued') await refresh();
    },
  };
}

/** What the views of a moment share. It is found once in half a second, because one stream may show a thousand jobs. */
interface Moment {
  at: number;
  read: unknown;
  /** Undefined while it is not known. */
  converterCount: number | undefined;
  waits: Waits;
}

function createMoments({ backlog, converters, now }: Required<QueuePorts>): () => Moment {
  let moment: Moment | undefined;

  function find(): Moment {
    const alive = converters.alive();
    const isChanging = ({ changedAt }: KnownJob) => changedAt !== undefined && now() - changedAt < ALIVE_MS;
    const converting = [...backlog.all()].filter((job) => job.status === 'converting' && isChanging(job));
    return {
      at: now(),
      read: backlog.lastRead,
      converterCount: alive && countOf(alive, converting.length),
      waits: estimateWaits(alive ?? [], converting, backlog.queued()),
    };
  }

  return () => {
    const isCurrent = moment && moment.read === backlog.lastRead && now() - moment.at < MOMENT_MS;
    if (!moment || !isCurrent) moment = find();
    return moment;
  };
}

/**
 * A converter of an older release, or one in another language, may not show itself. Where more jobs are converted than those that
 * show themselves can take, there is at least one such converter.
 */
function countOf(alive: readonly ConverterPresence[], converting: number): number {
  const places = alive.reduce((sum, { concurrency }) => sum + concurrency, 0);
  return alive.length + (converting > places ? 1 : 0);
}
