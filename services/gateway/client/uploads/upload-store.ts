import { abortable } from '../../../shared/runtime/abortable.ts';

/** What a run has to know to go on with an upload that another run has begun. */
export interface UploadRecord {
  /** The idempotency key with which the upload was begun. With it, a request whose response was lost gives the same upload. */
  key: string;
  /** Id of the resumable upload; undefined before the gateway has told it, and for an upload in one request. */
  upload?: string | undefined;
  /** Id of the job; undefined before the upload is complete. */
  job?: string | undefined;
}

/**
 * Remembers uploads across runs: the command line in files, a page in its local storage. A fingerprint is 64 hexadecimal digits.
 * Records that nobody has asked for in a month may be dropped.
 */
export interface UploadStore {
  find(fingerprint: string): Promise<UploadRecord | undefined>;
  save(fingerprint: string, record: UploadRecord): Promise<void>;
  remove(fingerprint: string): Promise<void>;
  /**
   * Runs `work` while no other run does so for the same fingerprint, so that two runs do not send one file at the same time. Waits
   * for the other run, and calls `onWait` once before it does.
   */
  exclusively<T>(fingerprint: string, work: () => Promise<T>, options: ExclusiveOptions): Promise<T>;
}

export interface ExclusiveOptions {
  onWait: () => void;
  /** Ends the wait. */
  signal: AbortSignal;
}

/** Remembers uploads as long as the program runs. */
export function createMemoryUploads(): UploadStore {
  const records = new Map<string, UploadRecord>();
  const running = new Map<string, Promise<unknown>>();
  return {
    find: async (fingerprint) => records.get(fingerprint),
    save: async (fingerprint, record) => void records.set(fingerprint, record),
    remove: async (fingerprint) => void records.delete(fingerprint),
    async exclusively(fingerprint, work, { onWait, signal }) {
      const before = running.get(fingerprint);
      if (before) onWait();
      const current = (before ?? Promise.resolve()).then(() => {
        signal.throwIfAborted();
        return work();
      });
      const settled = current.catch(() => undefined);
      running.set(fingerprint, settled);
      try {
        return await abortable(current, signal);
      } finally {
        if (running.get(fingerprint) === settled) running.delete(fingerprint);
      }
    },
  };
}
