import { isFinalStatus } from '../../../shared/jobs/job.ts';
import type { JobView } from '../../../shared/jobs/job-view.ts';
import type { Session } from '../../client/session/session.ts';
import { watchJob } from '../../client/watch-job.ts';
import { watchJobs } from '../../client/watch-jobs.ts';
import { attempt } from '../convert/attempt.ts';
import { progressOf } from '../convert/await-and-save.ts';
import { toErrorDocument } from '../errors.ts';
import type { Program } from '../syntax/command.ts';
import { printJson } from '../terminal/print-json.ts';
import type { ShowProgress } from '../terminal/progress-block.ts';
import type { Board } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';
import { stateOf } from './describe-job.ts';

/** Jobs that are watched by a stream each. A gateway limits the streams of one user. */
const MAX_STREAMS = 24;

export interface FollowPorts extends Pick<Program, 'clock' | 'signal' | 'stdout'> {
  reporter: Board;
  /** Whether each change is printed as JSON. */
  isJson: boolean;
}

/** Follows these jobs until they have ended. Returns the number of those that ended without an MP3, each of which was reported. */
export async function followJobs(
  session: Session,
  ids: readonly string[],
  ports: FollowPorts,
): Promise<number> {
  const queue = ids.values();
  let failures = 0;
  const failure = new AbortController();
  const signal = AbortSignal.any([ports.signal, failure.signal]);
  const end = (error: unknown) => failure.abort(error);
  const worker = async () => {
    try {
      for (const id of queue) if (!(await followOne(session, id, { ...ports, signal, end }))) failures += 1;
    } catch (error) {
      end(error);
      // The first error is the cause of the others.
      throw failure.signal.reason;
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_STREAMS, ids.length) }, worker));
  return failures;
}

interface FollowOnePorts extends FollowPorts {
  /** Aborts the signal, where an error ends the following of all jobs. */
  end: (error: unknown) => void;
}

async function followOne(session: Session, id: string, ports: FollowOnePorts): Promise<boolean> {
  const { clock, signal, stdout, isJson, reporter, end } = ports;
  const shown = showJob(reporter);
  const printed: Promise<void>[] = [];
  const onChange = (job: JobView) => {
    if (shown.update(job) && isJson) printed.push(printJson(job, stdout).catch(end));
  };
  const onFailure = async (error: unknown) => {
    if (isJson) await printJson({ ...toErrorDocument(error), id }, stdout);
  };
  let isDone = false;
  try {
    const isKnown = await attempt(id, { signal, reporter, onFailure }, async () => {
      isDone = shown.end(await watchJob(session, id, { clock, signal, onChange }));
      await Promise.all(printed);
      signal.throwIfAborted();
    });
    return isKnown && isDone;
  } finally {
    shown.remove();
  }
}

/**
 * Follows all jobs that have not ended, also those that are sent meanwhile, by one stream, until none is left. Returns the number
 * of those that ended without an MP3, each of which was reported.
 */
export async function followAll(session: Session, ports: FollowPorts): Promise<number> {
  const { clock, signal, stdout, isJson, reporter } = ports;
  const followed = new Map<string, ShownJob>();
  let failures = 0;
  let count = 0;
  let isComplete = false;
  for await (const change of watchJobs(session, { clock, signal })) {
    if (change.type === 'snapshot') isComplete = true;
    else if (change.type === 'gone') {
      followed.get(change.jobId)?.remove();
      if (followed.delete(change.jobId)) reporter.info(`Job ${change.jobId} was deleted.`);
    } else {
      const { job } = change;
      const shown = followed.get(job.id) ?? showJob(reporter);
      if (!followed.has(job.id)) count += 1;
      followed.set(job.id, shown);
      if (shown.update(job) && isJson) await printJson(job, stdout);
      if (isFinalStatus(job.status)) {
        if (!shown.end(job)) failures += 1;
        followed.delete(job.id);
      }
    }
    if (isComplete && followed.size === 0) break;
  }
  if (count === 0) reporter.info('No job is under way.');
  return failures;
}

interface ShownJob {
  /** Returns whether the job is not as it was: the same state may come again after a connection was lost. */
  update(job: JobView): boolean;
  /** Reports the end. Returns whether there is an MP3. */
  end(job: JobView): boolean;
  remove(): void;
}

function showJob(reporter: Board): ShownJob {
  const line = reporter.line();
  let show: ShowProgress | undefined;
  let last = '';
  return {
    update(job) {
      show ??= line.progress(printable(job.filename));
      show(...progressOf(job));
      const state = JSON.stringify(job);
      const isNew = state !== last;
      last = state;
      return isNew;
    },
    end(job) {
      line.settle();
      const name = printable(job.filename);
      if (job.status === 'done') {
        reporter.success(`${name}  ${stateOf(job)}  job ${job.id}`);
        return true;
      }
      const reason = job.error ? printable(job.error.detail) : `the job is ${job.status}`;
      reporter.error(`${name}: ${reason}  job ${job.id}`);
      return false;
    },
    remove: line.settle,
  };
}
