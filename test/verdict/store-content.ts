import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MongoClient } from 'mongodb';
import { entriesOf, type Shard } from '../../services/shared/job-index/shard.ts';
import { isFinalStatus } from '../../services/shared/jobs/job.ts';
import type { StoredJob as WholeStoredJob } from '../../services/shared/jobs/stored-job.ts';

/** The content of the state store, read directly and not through a sidecar. */
export interface StoreContent {
  keys: string[];
  /** All jobs, with tombstones. */
  jobs: StoredJob[];
  /** Ids in the index of active jobs. */
  open: string[];
}

export type StoredJob = Pick<WholeStoredJob, 'id' | 'video' | 'audio' | 'filename' | 'status'> &
  Partial<Pick<WholeStoredJob, 'litter'>>;

/** Whether the system has no work left to do on a job. */
export const isEnded = (job: StoredJob): boolean => job.status === 'deleted' || isFinalStatus(job.status);

interface Row {
  key: string;
  /** Present only for jobs and for documents of the index. */
  value?: string;
}

const DOCUMENT = /^(job|open):/;

/** Sorts the rows of a store of any kind into jobs and index. */
export function contentOf(rows: readonly Row[]): StoreContent {
  const documents = rows.flatMap(({ key, value }) =>
    value === undefined ? [] : [{ key, document: documentIn(value) }],
  );
  const ofKind = (kind: string) =>
    documents.filter(({ key }) => key.startsWith(`${kind}:`)).map(({ document }) => document);
  return {
    keys: rows.map(({ key }) => key),
    jobs: ofKind('job') as StoredJob[],
    open: ofKind('open').flatMap((shard) => entriesOf(shard as Shard<object>).map(({ id }) => id)),
  };
}

/** The Dapr components keep a string as the JSON of a string, and our string is the JSON of a document. */
const documentIn = (value: string): object =>
  (JSON.parse(JSON.parse(value) as string) as { document: object }).document;

/** Reads a MongoDB store at a `mongodb:` URL. */
export async function readMongodb(url: string): Promise<StoreContent> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    const store = client.db('mp3converter').collection<{ _id: string; value: string }>('store');
    const keys = await store.find({}, { projection: { _id: 1 } }).toArray();
    const documents = await store.find({ _id: { $regex: DOCUMENT } }).toArray();
    const values = new Map(documents.map(({ _id, value }) => [_id, value]));
    return contentOf(keys.map(({ _id }) => toRow(_id, values.get(_id))));
  } finally {
    await client.close();
  }
}

/** Reads the sqlite store in a system's data folder. */
export function readSqlite(dataDir: string): StoreContent {
  const database = new DatabaseSync(join(dataDir, 'store.sqlite'), { readOnly: true, timeout: 10_000 });
  try {
    const statement = database.prepare(
      "SELECT key, CASE WHEN key LIKE 'job:%' OR key LIKE 'open:%' THEN value END AS value FROM state WHERE expiration_time IS NULL OR expiration_time > CURRENT_TIMESTAMP",
    );
    const rows = statement.all() as { key: string; value: string | null }[];
    return contentOf(rows.map(({ key, value }) => toRow(key, value ?? undefined)));
  } finally {
    database.close();
  }
}

const toRow = (key: string, value: string | undefined): Row =>
  value === undefined ? { key } : { key, value };
