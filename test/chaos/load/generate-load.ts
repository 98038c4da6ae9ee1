import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { idOf, isFinalStatus, isYes, type Ledger, open, type UploadRecord } from '../history.ts';
import type { Library } from './media-library.ts';
import type { Reply } from './send-video.ts';
import { planUpload, type UploadPlan } from './upload-plan.ts';
import { mayHeal, type User } from './user.ts';

const POLL_MS = 1_500;
/** A user who was not told 202 for this long gives up. */
const UPLOAD_MS = 120_000;
const ACTION_MS = 120_000;
const FINAL_MS = 180_000;

export interface LoadOptions {
  seed: number;
  users: readonly User[];
  library: Library;
  ledger: Ledger;
  /** Uploads at a time. */
  senders: number;
  /** Jobs at a time that are not final; senders wait past it. */
  maxOpen: number;
  /** Between two uploads of one sender, at most. */
  pauseMs: number;
  signal: AbortSignal;
}

export interface Load {
  /** Ends when `enough` is aborted and everything begun is over: uploads answered, wishes carried out. */
  run(enough: AbortSignal): Promise<void>;
  /** One upload by itself. Resolves with the last answer. */
  carryOut(plan: UploadPlan): Promise<Reply>;
  /** The next upload of the seed. */
  nextPlan(): UploadPlan;
}

export function createLoad(options: LoadOptions): Load {
  const { seed, users, library, ledger, senders, maxOpen, pauseMs, signal } = options;
  const wishes = new Set<Promise<void>>();
  let next = 1;

  async function carryOut(plan: UploadPlan): Promise<Reply> {
    const user = users[plan.user] as User;
    const [stem, extension] = plan.footage.split('.');
    const filename = `${stem}-${seed}-${plan.number}.${extension}`;
    const bytes = library.bytes(plan.footage, plan.number, plan.padding);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const record: UploadRecord = {
      ...{ plan, filename, sha256, email: user.email, tries: [], state: 'sending', seen: [] },
      ...{ ids: new Set(), actions: [], acting: false, settled: false },
    };
    ledger.uploads.push(record);
    const reply = await user.upload(
      { filename, bytes, plan },
      {
        timeoutMs: plan.refused || plan.hangsUpAt !== undefined ? 0 : UPLOAD_MS,
        onTry(gateway) {
          ledger.underWay.set(record, gateway);
        },
        onEnd({ status, json, error }) {
          record.tries.push(`${status ?? error}`);
          ledger.underWay.delete(record);
          if (status === 202) record.ids.add(json.id);
        },
      },
    );
    if (record.ids.size > 0) {
      record.state = 'accepted';
      const carried = carryOutWish(record, user).finally(() => wishes.delete(carried));
      // Awaited at the end of the load.
      carried.catch(() => undefined);
      wishes.add(carried);
    } else {
      record.state = plan.hangsUpAt === undefined ? 'given up' : 'hung up';
    }
    return reply;
  }

  async function carryOutWish(record: UploadRecord, user: User): Promise<void> {
    const { wish, wishMs } = record.plan;
    const act = async (name: 'cancel' | 'retry' | 'delete'): Promise<boolean> => {
      const [method, path] = name === 'delete' ? ['DELETE', ''] : ['POST', `/${name}`];
      record.acting = true;
      const reply = await user.ask(method as string, `/jobs/${idOf(record)}${path}`, ACTION_MS);
      // A 409 may be about an earlier try of ours that did take effect.
      const inDoubt = reply.doubt && reply.status === 409;
      const answer = mayHeal(reply) ? 'none' : inDoubt ? 'in doubt' : (reply.status as number);
      record.actions.push({ name, answer });
      // What was seen before is not the end any more.
      record.seen.push(name);
      record.acting = false;
      return isYes(answer);
    };
    if (wish === 'retry' || wish === 'delete when final') await untilFinal(record);
    if (wish !== 'nothing') await sleep(wishMs, undefined, { signal });
    if (wish === 'cancel') await act('cancel');
    else if (wish === 'cancel, retry') {
      if (await act('cancel')) await act('retry');
    } else if (wish === 'retry') await act('retry');
    else if (wish !== 'nothing') await act('delete');
    record.settled = true;
  }

  async function untilFinal({ seen }: UploadRecord): Promise<void> {
    for (const end = performance.now() + FINAL_MS; performance.now() < end; ) {
      if (isFinalStatus(seen.at(-1))) return;
      await sleep(POLL_MS / 2, undefined, { signal });
    }
  }

  const nextPlan = () => planUpload(seed, next++, users.length);

  async function send(enough: AbortSignal): Promise<void> {
    while (!enough.aborted) {
      if (open(ledger).length < maxOpen) await carryOut(nextPlan());
      await sleep(Math.random() * pauseMs, undefined, { signal });
    }
  }

  /** Looks at every open job in turn, as its users would. */
  async function follow(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await Promise.all(open(ledger).map((record) => look(record, users)));
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  return {
    carryOut,
    nextPlan,
    async run(enough) {
      const over = new AbortController();
      const following = follow(over.signal);
      following.catch(() => undefined);
      try {
        await Promise.all(Array.from({ length: senders }, () => send(enough)));
        while (wishes.size > 0) await Promise.all(wishes);
      } finally {
        over.abort();
        await following;
      }
    },
  };
}

/** Adds the job's status to what was seen of it, when there is an answer and it is another one. */
export async function look(record: UploadRecord, users: readonly User[]): Promise<void> {
  const user = users[record.plan.user] as User;
  const before = record.seen.length;
  const { status, json } = await user.ask('GET', `/jobs/${idOf(record)}`, 0);
  const now = status === 404 ? 'gone' : status === 200 ? (json.status as string) : undefined;
  // Asked before or during an action, it says nothing of what was before or is after it.
  if (record.acting || record.seen.length !== before) return;
  if (now !== undefined && record.seen.at(-1) !== now) record.seen.push(now);
}
