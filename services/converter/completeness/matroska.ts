import { ELEMENT_HEADER_BYTES, type Element, readElement, readUnsigned } from './ebml.ts';
import { type Extent, type ExtentReader, fromFilmStart, lengthOrNothing, type SoundTrack } from './extent.ts';
import { type FileBytes, TooMuchRead } from './file-bytes.ts';
import { readLastCluster } from './matroska-cluster.ts';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const CLUSTER = 0x1f43b675;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
/** Elements before the first cluster. */
const MAX_ELEMENTS = 100;
const MAX_INFO_BYTES = 64 * 1024;

/** What the header states. */
interface Info {
  /** Nanoseconds of one unit of the timestamps. */
  scale: number;
  seconds: number | undefined;
}

/** Matroska and WebM: the header states a length, and the segment its size. A live recording states neither. */
export const readMatroska: ExtentReader = async (file, track) => {
  const ebml = await readHeader(file, 0);
  if (ebml?.id !== EBML) return undefined;
  const segment = await readHeader(file, ebml.end);
  if (segment?.id !== SEGMENT) return { end: 'unknown' };
  const { scale, seconds } = await readInfo(file, segment);
  // Where the segment states its size, the end of the file is known without its last cluster.
  const cluster = await readLastCluster(file, scale).catch(unlessTooMuch);
  return {
    end: endOf(segment, cluster?.isCut, file),
    ...statedLengths(track, fromFilmStart(seconds, track)),
    lastSeconds: fromFilmStart(cluster?.lastSeconds, track),
  };
};

function unlessTooMuch(error: unknown): undefined {
  if (!(error instanceof TooMuchRead)) throw error;
}

function endOf({ end }: Element, isClusterCut: boolean | undefined, { size }: FileBytes): Extent['end'] {
  if (end !== Number.POSITIVE_INFINITY) return end > size ? 'cut' : 'whole';
  if (isClusterCut === undefined) return 'unknown';
  return isClusterCut ? 'cut' : 'whole';
}

/** ffprobe knows the length of the track from its tag. Without one, only that of the file is stated. */
function statedLengths({ statedSeconds }: SoundTrack, fileSeconds: number | undefined) {
  if (fileSeconds === undefined || statedSeconds === undefined) return { fileSeconds };
  return { fileSeconds, soundSeconds: Math.min(statedSeconds, fileSeconds) };
}

async function readHeader(file: FileBytes, at: number): Promise<Element | undefined> {
  return readElement(await file.read(at, ELEMENT_HEADER_BYTES), 0, at);
}

async function readInfo(file: FileBytes, segment: Element): Promise<Info> {
  let position = segment.start;
  for (let count = 0; count < MAX_ELEMENTS; count++) {
    const element = await readHeader(file, position);
    if (!element || element.id === CLUSTER || element.end === Number.POSITIVE_INFINITY) break;
    if (element.id === INFO) {
      return parseInfo(await file.read(element.start, Math.min(element.end - element.start, MAX_INFO_BYTES)));
    }
    position = element.end;
  }
  return { scale: 1_000_000, seconds: undefined };
}

function parseInfo(bytes: Buffer): Info {
  let scale = 1_000_000;
  let duration = Number.NaN;
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes, at);
    if (!element || element.end > bytes.length) break;
    const content = bytes.subarray(element.start, element.end);
    if (element.id === TIMESTAMP_SCALE && content.length <= 8) scale = readUnsigned(content) || scale;
    if (element.id === DURATION && content.length === 4) duration = content.readFloatBE();
    if (element.id === DURATION && content.length === 8) duration = content.readDoubleBE();
    at = element.end;
  }
  return { scale, seconds: lengthOrNothing((duration * scale) / 1e9) };
}
