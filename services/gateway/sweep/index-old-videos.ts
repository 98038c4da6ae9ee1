import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { isVisible } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { unavailable } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { readDocument, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import type { VideoIndex } from './video-index.ts';

// TODO: delete this file in the release after next, and with it auth's `GET /users`, `idsAfter` in users.ts, and the route in
// deploy/kubernetes/base/access.yaml. Jobs from before the index of videos have expired by then.

const KEY = 'old-videos';
/** 20 years, which is longer than an installation lives. So the walk happens only once. */
const TTL_SECONDS = 20 * 365 * 86_400;
/**
 * Milliseconds after which a rolling upgrade is over. Until then, an old gateway
 * may finish a job without an entry in the index of videos.
 */
const UPGRADE_MS = 3600_000;
const MAX_USERS = 100;
/** Pages of users' lists, of up to a hundred jobs each, that one pass reads. */
const MAX_PAGES = 100;
const PAUSE_MS = 1_000;
const RETRY_MS = 60_000;

interface Walk {
  /** The first walk begins at once, the last one at `last_begins`, after the upgrade. */
  round: 'first' | 'last';
  last_begins: string;
  /** The last user all of whose jobs were read. */
  after: string;
  /** How far the jobs of the next user were read. */
  within?: { owner: string; cursor: string };
  ended: boolean;
}

export interface OldVideosPorts {
  state: StateStore;
  jobs: Pick<JobStore, 'getMany'>;
  index: Pick<JobIndex, 'listOwned'>;
  videoIndex: Pick<VideoIndex, 'add'>;
  invoke: Sidecar['invoke'];
  log: Log;
}

const userPage = z.object({ users: z.array(z.uuid()) });

/**
 * Walks through the jobs of all users, and adds the done ones to the index of videos. Jobs that were done before this index
 * existed are in no other list. A second walk, an hour later, finds the jobs that a gateway of the old release has finished
 * during a rolling upgrade. Each pass stores how far it came, so that any gateway can continue. Two walks at the same time are
 * harmless.
 */
export function createOldVideos(ports: OldVideosPorts) {
  const { state, log } = ports;
  const save = (change: (walk: Walk | undefined) => Walk | undefined, signal: AbortSignal) =>
    updateDocument<Walk>(state, KEY, change, { ttlSeconds: TTL_SECONDS, signal });

  async function begin(signal: AbortSignal): Promise<Walk | undefined> {
    const last_begins = new Date(Date.now() + UPGRADE_MS).toISOString();
    const walk: Walk = { round: 'first', last_begins, after: '', ended: false };
    return save((current) => (current ? undefined : walk), signal);
  }

  async function pass(signal: AbortSignal): Promise<'not yet' | 'more' | 'ended'> {
    const walk = (await readDocument<Walk>(state, KEY, signal))?.document ?? (await begin(signal));
    if (!walk || (walk.round === 'last' && Date.parse(walk.last_begins) > Date.now())) return 'not yet';
    if (walk.ended) return 'ended';
    const next = await continueWalk(ports, walk, signal);
    await save((current) => (current && isBehind(current, next) ? undefined : next), signal);
    if (next.ended)
      log.info('all videos of jobs that were done before the upgrade are in the index of videos');
    return next.ended ? 'ended' : 'more';
  }

  return {
    pass,
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const result = await pass(signal).catch((error: unknown) => {
          if (!signal.aborted)
            log.warn(
              { err: error },
              'the jobs from before the upgrade could not be read; the next pass continues',
            );
          return 'failed';
        });
        if (result === 'ended') return;
        await sleep(result === 'more' ? PAUSE_MS : RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

/** Whether `next` is behind what another gateway has stored meanwhile. */
const isBehind = (current: Walk, next: Walk): boolean =>
  current.ended ||
  (current.round === 'last' && next.round === 'first') ||
  (current.round === next.round && current.after > next.after);

/** Reads as many users and jobs as one pass may, and returns where the next pass continues. */
async function continueWalk(ports: OldVideosPorts, walk: Walk, signal: AbortSignal): Promise<Walk> {
  const { within, ...place } = walk;
  const users = await usersAfter(ports, walk.after, signal);
  let pages = 0;
  let { after } = walk;
  for (const owner of users) {
    const from = within?.owner === owner ? within.cursor : undefined;
    for await (const { entries, end } of ports.index.listOwned(owner, from, signal)) {
      const ids = entries.map(({ id }) => id);
      await addDone(ports, ids, signal);
      if (++pages === MAX_PAGES) return { ...place, after, within: { owner, cursor: end } };
    }
    after = owner;
  }
  if (users.length > 0) return { ...place, after };
  return walk.round === 'first' ? { ...place, round: 'last', after: '' } : { ...place, ended: true };
}

async function usersAfter(
  { invoke }: Pick<OldVideosPorts, 'invoke'>,
  after: string,
  signal: AbortSignal,
): Promise<string[]> {
  const path = `/users?after=${after}&limit=${MAX_USERS}`;
  const { status, body } = await invoke('auth', { method: 'GET', path, signal });
  if (status !== 200) throw unavailable('the auth service', new Error(`answered ${status} to ${path}`));
  return userPage.parse(JSON.parse(body)).users;
}

/** Adds those of the jobs that are done to the index of videos. */
async function addDone(
  { jobs, videoIndex, log }: Pick<OldVideosPorts, 'jobs' | 'videoIndex' | 'log'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (ids.length === 0) return;
  const { found } = await readJobs(jobs, ids, log, signal);
  const done = [...found.values()].flatMap(({ document: job }) =>
    job.status === 'done' && isVisible(job) ? [job] : [],
  );
  if (done.length > 0) await videoIndex.add(done, signal);
}
