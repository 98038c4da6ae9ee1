import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MongoClient } from 'mongodb';
import { entriesOf, type Shard } from '../../services/gateway/job-index/shard.ts';
import { isFinalStatus } from '../../services/shared/jobs/job.ts';
import type { StoredJob as WholeJob } from '../../services/shared/jobs/stored-job.ts';
import type { Stage } from '../chaos/harness.ts';

/** What is really in the state store, read past the sidecars. */
export interface StoreContent {
  keys: string[];
  /** Tombstones too. */
  jobs: StoredJob[];
  /** Ids in the index of open jobs. */
  open: string[];
}

export type StoredJob = Pick<WholeJob, 'id' | 'video' | 'audio' | 'filename' | 'status'>;

/** Nothing is to become of it any more. */
export const isEnded = (job: StoredJob): boolean => job.status === 'deleted' || isFinalStatus(job.status);

interface Row {
  key: string;
  /** Of jobs and of the index only. */
  value?: string;
}

const DOCUMENT = /^(job|open):/;

export async function readStore({ blobs, dataDir, launched }: Stage): Promise<StoreContent> {
  const rows =
    blobs === 'mongodb'
      ? await mongodbRows(launched.servers.mongodb?.url ?? '')
      : sqliteRows(join(dataDir, 'store.sqlite'));
  return contentOf(rows);
}

/** What the rows of any store are. */
export function contentOf(rows: readonly Row[]): StoreContent {
  const documents = rows.flatMap(({ key, value }) =>
    value === undefined ? [] : [{ key, document: documentIn(value) }],
  );
  const of = (kind: string) =>
    documents.filter(({ key }) => key.startsWith(`${kind}:`)).map(({ document }) => document);
  return {
    keys: rows.map(({ key }) => key),
    jobs: of('job') as StoredJob[],
    open: of('open').flatMap((shard) => entriesOf(shard as Shard<object>).map(({ id }) => id)),
  };
}

/** Both components keep a string as the JSON of a string, and ours is the JSON of a document. */
const documentIn = (value: string): object =>
  (JSON.parse(JSON.parse(value) as string) as { document: object }).document;

/** That of a MongoDB anywhere. */
export const readMongodb = async (url: string): Promise<StoreContent> => contentOf(await mongodbRows(url));

async function mongodbRows(url: string): Promise<Row[]> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    const store = client.db('mp3converter').collection<{ _id: string; value: string }>('store');
    const keys = await store.find({}, { projection: { _id: 1 } }).toArray();
    const documents = await store.find({ _id: { $regex: DOCUMENT } }).toArray();
    const values = new Map(documents.map(({ _id, value }) => [_id, value]));
    return keys.map(({ _id }) => row(_id, values.get(_id)));
  } finally {
    await client.close();
  }
}

function sqliteRows(file: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    const statement = database.prepare(
      "SELECT key, CASE WHEN key LIKE 'job:%' OR key LIKE 'open:%' THEN value END AS value FROM state WHERE expiration_time IS NULL OR expiration_time > CURRENT_TIMESTAMP",
    );
    return (statement.all() as { key: string; value: string | null }[]).map(({ key, value }) =>
      row(key, value ?? undefined),
    );
  } finally {
    database.close();
  }
}

const row = (key: string, value: string | undefined): Row => (value === undefined ? { key } : { key, value });
