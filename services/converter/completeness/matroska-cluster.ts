import { type Element, readElement, readUnsigned } from './ebml.ts';
import type { FileBytes } from './file-bytes.ts';

const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const BLOCK_DURATION = 0x9b;
const CRC = 0xbf;
/** What else a cluster may hold: position, previous size, silent tracks, encrypted block, padding. */
const OTHERS = [0xa7, 0xab, 0x5854, 0xaf, 0xec, CRC];
/** The last cluster is searched in blocks from the end. A cluster of a film rarely has more than 5 MB. */
const BLOCK_BYTES = 1024 * 1024;
const MAX_TAIL_BYTES = 16 * BLOCK_BYTES;
const MAX_HEADERS = 200_000;

export interface LastCluster {
  /** Whether its last element is incomplete. */
  isCut: boolean;
  /** The latest time of any track in it, in seconds. */
  lastSeconds: number;
}

/** Reads the last cluster of the file. `scale` is the unit of timestamps in nanoseconds. */
export async function readLastCluster(file: FileBytes, scale: number): Promise<LastCluster | undefined> {
  const found = await findLastCluster(file);
  if (!found) return undefined;
  const { isCut, lastUnits } = walk(found.bytes, found.cluster);
  return { isCut, lastSeconds: (lastUnits * scale) / 1e9 };
}

async function findLastCluster(file: FileBytes): Promise<{ bytes: Buffer; cluster: Element } | undefined> {
  let bytes = Buffer.alloc(0);
  const first = Math.max(0, file.size - MAX_TAIL_BYTES);
  for (let end = file.size; end > first; end -= BLOCK_BYTES) {
    const start = Math.max(first, end - BLOCK_BYTES);
    const searched = bytes.length;
    bytes = Buffer.concat([await file.read(start, end - start), bytes]);
    let at = bytes.lastIndexOf(CLUSTER, bytes.length - searched + CLUSTER.length);
    for (; at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(CLUSTER, at - 1)) {
      const cluster = readElement(bytes, at);
      if (cluster && isClusterStart(bytes, cluster)) return { bytes, cluster };
    }
  }
  return undefined;
}

/** A cluster begins with its timestamp, perhaps behind a checksum. Other bytes may look like a cluster by chance. */
function isClusterStart(bytes: Buffer, { start }: Element): boolean {
  const first = readElement(bytes, start);
  const second = first?.id === CRC ? readElement(bytes, first.end) : first;
  return second?.id === TIMESTAMP;
}

/** Walks the elements of a cluster, and of what follows it. Positions are those in `bytes`, which end with the file. */
function walk(bytes: Buffer, cluster: Element): { isCut: boolean; lastUnits: number } {
  if (cluster.end !== Number.POSITIVE_INFINITY && cluster.end > bytes.length) {
    return { isCut: true, lastUnits: walkBlocks(bytes, cluster).lastUnits };
  }
  const { lastUnits, next } = walkBlocks(bytes, cluster);
  // A cluster of known size is whole. Where its size is unknown, its last element may be cut.
  return { isCut: cluster.end === Number.POSITIVE_INFINITY && isCutElement(bytes, next), lastUnits };
}

/** Whether the element at `at` is one of a cluster and exceeds the file. Unknown elements are garbage. */
function isCutElement(bytes: Buffer, at: number): boolean {
  if (at >= bytes.length) return false;
  const element = readElement(bytes, at);
  if (!element) return bytes.length - at < 12 && [SIMPLE_BLOCK, BLOCK_GROUP, 0x1f].includes(bytes[at] ?? 0);
  return isInCluster(element.id) && element.end > bytes.length;
}

const isInCluster = (id: number) => [TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP, ...OTHERS].includes(id);

/** Returns the latest time in units, and where the first element begins that is cut or not of this cluster. */
function walkBlocks(bytes: Buffer, cluster: Element): { lastUnits: number; next: number } {
  let clusterTime = 0;
  let lastUnits = 0;
  let at = cluster.start;
  for (let count = 0; count < MAX_HEADERS && at < Math.min(cluster.end, bytes.length); count++) {
    const element = readElement(bytes, at);
    if (!element || !isInCluster(element.id) || element.end > bytes.length) break;
    const content = bytes.subarray(element.start, element.end);
    if (element.id === TIMESTAMP) clusterTime = readUnsigned(content.subarray(0, 8));
    const end = blockEnd(element.id, content);
    if (end !== undefined) lastUnits = Math.max(lastUnits, clusterTime + end);
    at = element.end;
  }
  return { lastUnits: Math.max(lastUnits, clusterTime), next: at };
}

/** Returns when a block ends, in units from the cluster's time. The duration of most blocks is not stated. */
function blockEnd(id: number, content: Buffer): number | undefined {
  if (id === SIMPLE_BLOCK) return blockTime(content);
  if (id !== BLOCK_GROUP) return undefined;
  let time: number | undefined;
  let duration = 0;
  for (let at = 0; at < content.length; ) {
    const element = readElement(content, at);
    if (!element || element.end > content.length) break;
    const inner = content.subarray(element.start, element.end);
    if (element.id === BLOCK) time = blockTime(inner);
    if (element.id === BLOCK_DURATION) duration = readUnsigned(inner.subarray(0, 8));
    at = element.end;
  }
  return time === undefined ? undefined : time + duration;
}

/** A block begins with the number of its track, and its time from the cluster's time in 16 bits with a sign. */
function blockTime(block: Buffer): number | undefined {
  const trackBytes = block[0] ? Math.clz32(block[0]) - 23 : 0;
  return trackBytes > 0 && block.length >= trackBytes + 2 ? block.readInt16BE(trackBytes) : undefined;
}
