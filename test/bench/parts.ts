import { blobs } from './parts/blobs.ts';
import { bogus } from './parts/bogus.ts';
import { cancel } from './parts/cancel.ts';
import { check } from './parts/check.ts';
import { convert } from './parts/convert.ts';
import { early } from './parts/early.ts';
import { films } from './parts/films.ts';
import { gridfs } from './parts/gridfs.ts';
import { hour } from './parts/hour.ts';
import { logins } from './parts/logins.ts';
import { memory } from './parts/memory.ts';
import { page } from './parts/page.ts';
import { quality } from './parts/quality.ts';
import { queue } from './parts/queue.ts';
import { requests } from './parts/requests.ts';
import { send } from './parts/send.ts';
import { stall } from './parts/stall.ts';
import { sweep } from './parts/sweep.ts';
import { turns } from './parts/turns.ts';
import { uploads } from './parts/uploads.ts';

/**
 * In the order in which they run. Memory comes first, because a process that has served other load keeps some memory of it. The
 * sweep comes last but one, because its jobs have no videos, and the queue last, because it starts a system of its own.
 */
export const PARTS = {
  ...{
    memory,
    uploads,
    convert,
    hour,
    early,
    films,
    turns,
    check,
    quality,
    send,
    page,
    blobs,
    gridfs,
    requests,
    logins,
    bogus,
  },
  ...{ cancel, stall, sweep, queue },
};

export type PartName = keyof typeof PARTS;

export const isPart = (name: string): name is PartName => Object.hasOwn(PARTS, name);

/** These parts need the most space: their films are in the store, in the converter's spool folder and on their way as well. */
export const LARGE_PARTS: ReadonlySet<PartName> = new Set<PartName>([
  'memory',
  'uploads',
  'hour',
  'send',
  'stall',
]);
