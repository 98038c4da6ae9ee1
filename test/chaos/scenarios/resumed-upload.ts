import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import { signalProcess } from '../../../deploy/process/child.ts';
import { randomBytes, randomNumbers } from '../../support/random.ts';
import { isHalted, unreadBytes } from '../../support/socket-buffers.ts';
import { waitFor } from '../../support/wait.ts';
import type { ScenarioContext } from '../experiment.ts';
import type { UploadRecord } from '../history.ts';
import { plainUpload } from '../load/upload-plan.ts';
import type { Gateway, User } from '../load/user.ts';

const MIB = 1024 ** 2;
const SIZE = 1024 * MIB;
const CUTS = 10;
/** Every third cut kills the gateway. */
const isKill = (cut: number): boolean => cut % 3 === 2;
/** Bytes that the gateways may get twice after a cut: a chunk of the store. */
const MAX_AFTER_CUT = 1 * MIB;
/** And after a kill: the chunk that was filling, and one that the gateway had not sent to its sidecar to the end. */
const MAX_AFTER_KILL = 2 * MIB;
/** A new token must be valid until the next cut. */
export const RESUMED_UPLOAD_TOKEN_SECONDS = 600;

interface LargeFile {
  path: string;
  sha256: string;
}

/**
 * tus-js-client uploads 1 GiB. The connection is cut at random points, or the gateway is killed, and the upload goes on at the
 * other gateway each time. The verdict checks that the job has every byte, and that no key is left.
 */
export async function resumedUpload(context: ScenarioContext, { seed }: { seed: number }): Promise<void> {
  const { harness, history, load, users, settle, check, report, signal } = context;
  const plan = { ...plainUpload(load.nextPlan()), query: {}, wish: 'nothing' as const };
  const user = users[plan.user] as User;
  const file = await writeLargeFile(context, join(harness.dataDir, 'large.mp4'));
  const record = newRecord(plan, user, file.sha256);
  history.uploads.push(record);

  const random = randomNumbers(seed);
  const cuts = Array.from({ length: CUTS }, () => random(SIZE)).toSorted((one, other) => one - other);
  const costs: Twice[] = [];
  let path: string | undefined;
  for (const [index, cutAt] of [...cuts, SIZE].entries()) {
    const gateway = harness.gateways[index % harness.gateways.length] as Gateway;
    const isLast = index === CUTS;
    const what = isLast
      ? 'to its end'
      : `${isKill(index) ? 'killed' : 'cut'} after ${Math.round(cutAt / MIB)} MiB`;
    report(`upload of 1 GiB by ${gateway.name}, ${what} …`);
    const attempt = { file, gateway, user, path, filename: record.filename, cutAt };
    const end = isKill(index) && !isLast ? await killer(context, gateway) : undefined;
    const { url, sent, received } = await sendUntil(attempt, end, signal);
    path = new URL(url).pathname;
    // The other gateway tells what is stored, as it will to the next attempt.
    const other = harness.gateways[(index + 1) % harness.gateways.length] as Gateway;
    if (isLast) break;
    const offset = await offsetOf(other, user, path);
    costs.push({ isKill: isKill(index), sent: sent - offset, received: Math.max(0, received - offset) });
  }
  const { json } = await user.ask('GET', path as string, 60_000);
  record.ids.add(json.job.id);
  record.state = 'accepted';
  record.isActingOver = true;
  await settle();
  const list = (bytes: (cut: Twice) => number, wanted: boolean) =>
    costs.flatMap((cut) => (cut.isKill === wanted ? (bytes(cut) / MIB).toFixed(2) : [])).join(', ');
  const sent = ({ sent }: Twice) => sent;
  const received = ({ received }: Twice) => received;
  check(
    costs.every((cut) => cut.sent >= 0 && cut.received <= (cut.isKill ? MAX_AFTER_KILL : MAX_AFTER_CUT)),
    `1 GiB by tus: received twice after each cut ${list(received, false)} MiB (expected ≤ ${MAX_AFTER_CUT / MIB}), after each kill -9 of the gateway ${list(received, true)} MiB (expected ≤ ${MAX_AFTER_KILL / MIB}). With what was in the buffers of the sockets, sent twice: ${list(sent, false)} MiB and ${list(sent, true)} MiB`,
  );
}

/** Bytes behind the offset that the next gateway tells after a cut. */
interface Twice {
  isKill: boolean;
  /** Those that the client has given to its socket. */
  sent: number;
  /** Those of them that the gateway has read, and some in the buffers of the client's process. */
  received: number;
}

interface Attempt {
  file: LargeFile;
  gateway: Gateway;
  user: User;
  /** Path of the upload; undefined for the first attempt. */
  path: string | undefined;
  filename: string;
  cutAt: number;
}

/**
 * Sends until `cutAt`, and then aborts the request or calls `end`. Returns the address of the upload, the bytes that were sent, and
 * those of them that the gateway has read.
 */
async function sendUntil(
  { file, gateway, user, path, filename, cutAt }: Attempt,
  end: (() => number) | undefined,
  signal: AbortSignal,
): Promise<{ url: string; sent: number; received: number }> {
  const headers = await user.authorization();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = 0;
  let received: number | undefined;
  let isEnding = false;
  const upload = new tus.Upload(createReadStream(file.path), {
    ...{ endpoint: `${gateway.url}/uploads`, headers, uploadSize: SIZE, chunkSize: Number.POSITIVE_INFINITY },
    ...(path !== undefined && { uploadUrl: gateway.url + path }),
    metadata: { filename },
    retryDelays: null,
    // After the cut, the failure is wanted.
    onError: (error) => (isEnding ? resolve() : reject(error)),
    onSuccess: () => resolve(),
    onProgress(bytes) {
      sent = bytes;
      if (bytes < cutAt || isEnding || cutAt === SIZE || upload.url === null) return;
      isEnding = true;
      received = bytes - (end ? end() : unreadBytes(portOf(gateway)));
      if (!end) upload.abort().then(() => resolve(), reject);
    },
  });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    upload.start();
    await promise;
    return { url: upload.url as string, sent, received: received ?? sent };
  } finally {
    signal.removeEventListener('abort', onAbort);
    await upload.abort();
  }
}

const portOf = ({ url }: Gateway): number => Number(new URL(url).port);

/** Returns a function that kills a gateway with SIGKILL, and returns the bytes that it had not read yet. */
async function killer({ harness, signal }: ScenarioContext, gateway: Gateway): Promise<() => number> {
  const pid = await harness.waitForPid(gateway.name, signal);
  return () => {
    signalProcess(pid, 'SIGSTOP');
    // The kernel stops it within microseconds. Nothing else may happen here in between.
    while (!isHalted(pid));
    const unread = unreadBytes(portOf(gateway));
    signalProcess(pid, 'SIGKILL');
    return unread;
  };
}

/** Waits while the gateway does not answer, or the upload is locked by the gateway that was killed. */
const offsetOf = ({ url }: Gateway, user: User, path: string): Promise<number> =>
  waitFor(`${url} to tell the offset of the upload`, async () => {
    const headers = { ...(await user.authorization()), 'tus-resumable': '1.0.0' };
    const response = await fetch(url + path, { method: 'HEAD', headers }).catch(() => undefined);
    return response?.status === 200 && Number(response.headers.get('upload-offset'));
  });

function newRecord(plan: UploadRecord['plan'], { email }: User, sha256: string): UploadRecord {
  return {
    ...{
      plan,
      filename: `large-${randomUUID()}.mp4`,
      sha256,
      email,
      attempts: [],
      state: 'sending',
      seen: [],
    },
    ...{ ids: new Set(), actions: [], isActing: false, isActingOver: false },
  };
}

/** A film of 1 GiB, most of which is random bytes in a last box that every reader skips. */
async function writeLargeFile({ library, signal }: ScenarioContext, path: string): Promise<LargeFile> {
  const film = library.bytes('film.mp4', 1, 64);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(SIZE - film.length);
  header.write('free', 4);
  const hash = createHash('sha256');
  await using file = await open(path, 'w');
  const write = async (bytes: Buffer): Promise<void> => {
    hash.update(bytes);
    await file.writeFile(bytes);
  };
  await write(film);
  await write(header);
  for (let left = SIZE - film.length - header.length, seed = 0; left > 0; seed++) {
    signal.throwIfAborted();
    const piece = randomBytes(Math.min(MIB, left), seed % 256);
    piece.writeUInt32BE(seed);
    await write(piece);
    left -= piece.length;
  }
  return { path, sha256: hash.digest('hex') };
}
