import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type History, openUploads, type UploadRecord } from '../history.ts';
import { carryOutWish } from './carry-out-wish.ts';
import type { MediaLibrary } from './media-library.ts';
import { recordStatus } from './record-status.ts';
import type { Reply } from './reply.ts';
import { planUpload, type UploadPlan } from './upload-plan.ts';
import type { User } from './user.ts';

const POLL_MS = 1_500;
/** A user who gets no 202 for this long gives up. */
const UPLOAD_MS = 120_000;

export interface LoadOptions {
  seed: number;
  users: readonly User[];
  library: MediaLibrary;
  history: History;
  /** Number of uploads that are sent at the same time. */
  senders: number;
  /** Senders wait while this many jobs are not final. */
  maxOpen: number;
  /** The longest pause between two uploads of one sender, ms. */
  pauseMs: number;
  signal: AbortSignal;
}

/** Uploads videos as the seed plans them, and carries out what their users wish. */
export class LoadGenerator {
  readonly #options: LoadOptions;
  readonly #wishes = new Set<Promise<void>>();
  #next = 1;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** The next upload of the seed. */
  nextPlan(): UploadPlan {
    return planUpload(this.#options.seed, this.#next++, this.#options.users.length);
  }

  /** Resolves after `enough` is aborted, when every upload that was begun is answered and every wish is carried out. */
  async run(enough: AbortSignal): Promise<void> {
    const over = new AbortController();
    const following = this.#followJobs(over.signal);
    following.catch(() => undefined);
    try {
      await Promise.all(Array.from({ length: this.#options.senders }, () => this.#sendUploads(enough)));
      while (this.#wishes.size > 0) await Promise.all(this.#wishes);
    } finally {
      over.abort();
      await following;
    }
  }

  /** Makes one upload, and begins to carry out its wish. Resolves with the last reply to the upload. */
  async carryOut(plan: UploadPlan): Promise<Reply> {
    const user = this.#options.users[plan.user] as User;
    const { record, bytes } = this.#newUpload(plan, user.email);
    const { history } = this.#options;
    const { filename } = record;
    history.uploads.push(record);
    const reply = await user.upload(
      { filename, bytes, plan },
      {
        timeoutMs: plan.refused || plan.hangsUpAt !== undefined ? 0 : UPLOAD_MS,
        onAttempt: (gateway) => void history.sending.set(record, gateway),
        onReply({ status, json, error }) {
          record.attempts.push(`${status ?? error}`);
          history.sending.delete(record);
          if (status === 202) record.ids.add(json.id);
        },
      },
    );
    if (record.ids.size > 0) {
      record.state = 'accepted';
      this.#beginWish(record, user);
    } else {
      record.state = plan.hangsUpAt === undefined ? 'given up' : 'hung up';
    }
    return reply;
  }

  #newUpload(plan: UploadPlan, email: string): { record: UploadRecord; bytes: Buffer } {
    const { seed, library } = this.#options;
    const [stem, extension] = plan.media.split('.');
    const filename = `${stem}-${seed}-${plan.number}.${extension}`;
    const bytes = library.bytes(plan.media, plan.number, plan.padding);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const record: UploadRecord = {
      ...{ plan, filename, sha256, email, attempts: [], state: 'sending', seen: [] },
      ...{ ids: new Set(), actions: [], isActing: false, isActingOver: false },
    };
    return { record, bytes };
  }

  #beginWish(record: UploadRecord, user: User): void {
    const wish = carryOutWish(record, user, this.#options.signal).finally(() => this.#wishes.delete(wish));
    // run() awaits it at the end of the load. Until then, a failure must not count as an unhandled rejection.
    wish.catch(() => undefined);
    this.#wishes.add(wish);
  }

  async #sendUploads(enough: AbortSignal): Promise<void> {
    const { history, maxOpen, pauseMs, signal } = this.#options;
    while (!enough.aborted) {
      if (openUploads(history).length < maxOpen) await this.carryOut(this.nextPlan());
      await sleep(Math.random() * pauseMs, undefined, { signal });
    }
  }

  /** Polls every open job, as its user would. */
  async #followJobs(over: AbortSignal): Promise<void> {
    const { history, users, signal } = this.#options;
    while (!over.aborted) {
      await Promise.all(openUploads(history).map((record) => recordStatus(record, users)));
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}
