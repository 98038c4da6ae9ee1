import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GridFSBucket, MongoClient } from 'mongodb';
import { type Bench, gatewaySidecar } from '../bench.ts';
import { blobSpeed } from '../blob-speed.ts';
import { ratioOf, timed } from '../statistics.ts';

const MIB = 1024 ** 2;
const PIECE_MIB = 16;

/** MiB/s, one for each run. */
interface Speeds {
  put: number[];
  get: number[];
}

/** Compares our blobs, through a sidecar, with GridFS by MongoDB's own driver. Needs MongoDB as the state store. */
export async function gridfs(bench: Bench): Promise<void> {
  const { report, runs } = bench;
  const url = bench.launched.servers.mongodb?.url;
  const mib = bench.isQuick ? PIECE_MIB : 256;
  report.heading(`Blobs of ${mib} MiB in MongoDB, through a sidecar and by GridFS`);
  if (url === undefined) {
    const notMeasured = 'only with --blobs mongodb';
    return report.row({ name: 'put and get', values: [], unit: 'MiB/s', notMeasured });
  }
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  const sidecar = gatewaySidecar(bench);
  const theirs: Speeds = { put: [], get: [] };
  const ours: Speeds = { put: [], get: [] };
  try {
    await sidecar.limitWrites(bench.signal);
    await sidecar.useRawBytes(bench.signal);
    const bucket = new GridFSBucket(client.db(), { bucketName: 'bench' });
    for (let run = 0; run < runs; run++) {
      const { put, get } = await blobSpeed(sidecar.state, { mib, runs: 1 });
      ours.put.push(put);
      ours.get.push(get);
      await measure(bucket, mib, theirs, bench.signal);
    }
  } finally {
    await Promise.all([client.close(), sidecar.close()]);
  }
  for (const what of ['put', 'get'] as const) {
    report.row({ name: `${what}, ours`, values: ours[what], unit: 'MiB/s', digits: 0 });
    report.row({ name: `${what}, GridFS`, values: theirs[what], unit: 'MiB/s', digits: 0 });
    report.row({ name: `${what}, ours ÷ GridFS`, values: [ratioOf(ours[what], theirs[what])], unit: '×' });
  }
}

/** Writes, reads and deletes one file. */
async function measure(
  bucket: GridFSBucket,
  mib: number,
  speeds: Speeds,
  signal: AbortSignal,
): Promise<void> {
  const piece = randomBytes(PIECE_MIB * MIB);
  const source = Readable.from(Array.from({ length: mib / PIECE_MIB }, () => piece));
  const file = bucket.openUploadStream('bench');
  const [putting] = await timed(() => pipeline(source, file, { signal }));
  const [getting] = await timed(async () => {
    for await (const _ of bucket.openDownloadStream(file.id)) signal.throwIfAborted();
  });
  await bucket.delete(file.id);
  speeds.put.push(mib / putting);
  speeds.get.push(mib / getting);
}
