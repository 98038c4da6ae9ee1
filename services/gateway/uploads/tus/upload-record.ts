import type { Checkpoint } from '../../../shared/blobs/append.ts';
import type { ConversionOptions } from '../../../shared/jobs/conversion-options.ts';
import type { OriginalFile } from '../../../shared/jobs/job-view.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import { readDocument, readDocuments, updateDocument } from '../../../shared/state/documents.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import type { AccountGroup } from '../../limits/group-limits.ts';

/**
 * - `open`: bytes are still missing, or all are stored and nothing is made of them yet.
 * - `accepting`: it is decided which job the upload becomes. From here on it can only become finished.
 * - `finished`: its job is saved.
 * - `removed`: a tombstone, which stops late saves.
 */
export type UploadStatus = 'open' | 'accepting' | 'finished' | 'removed';

/** A resumable upload, as it is stored: one document, which changes by compare-and-set only. Times are ISO 8601. */
export interface UploadRecord {
  id: string;
  status: UploadStatus;
  /** User id. */
  owner: string;
  /** Empty for a guest. */
  email: string;
  /** Absent in an upload of an older release, whose owner is a user. */
  group?: AccountGroup;
  trace_id: string;
  /** Bytes. Null while the client has not told it. */
  size: number | null;
  /** The header `Upload-Metadata` as it was sent. */
  metadata: string;
  filename: string;
  options: ConversionOptions;
  original: OriginalFile | null;
  /** The client's `Idempotency-Key`, or null. */
  key: string | null;
  /** What is stored of the file. A client may rely on its offset. */
  checkpoint: Checkpoint;
  /** Whether the first bytes were seen to be those of a media file. */
  is_media: boolean;
  /** The request that may save a checkpoint. A late save of an earlier one is refused. */
  writer: string | null;
  /**
   * The writer again, where every chunk that is stored behind the checkpoint has the bytes that the client means. Another value where
   * a request with a checksum has not ended well, because it may have left wrong ones.
   */
  trusted_writer: string | null;
  /** Blob id of the file. */
  blob: string;
  /** Id for the job of this upload, chosen at the start, so that a second try makes no second job. */
  job: string;
  /** What the upload becomes, once that is decided: its own job, or an earlier one with the same content. */
  accepted: { job: string; sha256: string } | null;
  created_at: string;
  /** When the upload expires unless more of it arrives. When it is finished, when it is forgotten. */
  expires_at: string;
  /** When the stored bytes expire, whatever happens. */
  blob_expires_at: string;
}

/** Seconds for which a record outlives its upload, so that a late save finds it and is refused. */
const GRACE_SECONDS = 3600;

const key = (id: string): string => `upload:${id}`;

/** While there are bytes, the sweep needs the record to find them. */
const ttlSeconds = ({ status, expires_at, blob_expires_at }: UploadRecord): number => {
  const end = status === 'open' || status === 'accepting' ? blob_expires_at : expires_at;
  return Math.max(0, (Date.parse(end) - Date.now()) / 1000) + GRACE_SECONDS;
};

/** Resumable uploads in the state store. Every method throws `unavailable` when the store does not answer. */
export interface UploadRecords {
  create(record: UploadRecord): Promise<void>;
  find(id: string, signal?: AbortSignal): Promise<UploadRecord | undefined>;
  /** Returns the records that exist, by id. */
  findAll(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, UploadRecord>>;
  /**
   * Changes the record by compare-and-set. Where `change` returns undefined, nothing is written. It may run more than once, and
   * what it throws comes through. Returns the record as it is stored afterwards. Throws `not_found`.
   */
  update(id: string, change: (record: UploadRecord) => UploadRecord | undefined): Promise<UploadRecord>;
}

export function createUploadRecords(state: StateStore): UploadRecords {
  return {
    async create(record) {
      await updateDocument<UploadRecord>(state, key(record.id), (current) => current ?? record, {
        ttlSeconds,
      });
    },

    async find(id, signal) {
      return (await readDocument<UploadRecord>(state, key(id), signal))?.document;
    },

    async findAll(ids, signal) {
      const found = await readDocuments<UploadRecord>(state, ids.map(key), signal);
      return new Map([...found.values()].map(({ document }) => [document.id, document]));
    },

    async update(id, change) {
      const record = await updateDocument<UploadRecord>(
        state,
        key(id),
        (current) => {
          if (!current) throw uploadNotFound();
          return change(current);
        },
        { ttlSeconds },
      );
      if (!record) throw uploadNotFound();
      return record;
    },
  };
}

export const uploadNotFound = (): AppError => new AppError('not_found', 'there is no such upload');

/** Whether all chunks behind the checkpoint have the bytes that the client means. */
export const isTrusted = ({ writer, trusted_writer }: UploadRecord): boolean => writer === trusted_writer;

/** Whether all bytes are stored. */
export const isWhole = ({ size, checkpoint }: UploadRecord): boolean => size === checkpoint.offset;

export const isUploadExpired = ({ expires_at }: Pick<UploadRecord, 'expires_at'>, sinceMs = 0): boolean =>
  Date.parse(expires_at) + sinceMs <= Date.now();
