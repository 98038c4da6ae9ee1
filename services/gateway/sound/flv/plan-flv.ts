import type { BufferedFile } from '../buffered-file.ts';
import { chooseSound } from '../choose-sound.ts';
import type { Planner } from '../planner.ts';
import { Segments } from '../segments.ts';
import { findNumber } from './metadata.ts';
import {
  AUDIO,
  contentBytes,
  listTags,
  SCRIPT,
  TAG_HEADER_BYTES,
  TAG_TRAILER_BYTES,
  type Tag,
  type TagList,
  VIDEO,
} from './tags.ts';

/** Bytes of the start of the film in which the server looks for metadata. They stay as they are. */
const HEAD_BYTES = 256 * 1024;
/** Streams that begin later than this may be beyond what ffprobe looks at: 5 MB, or 90 s. */
const LATEST_START_BYTES = 4_000_000;
const LATEST_START_MS = 60_000;
/** The server looks at the streams of the first 200 packets, and at the times of the last 64 tags. */
const FIRST_TAGS = 300;
const LAST_TAGS = 80;
/** Bytes that stay of a picture whose time matters and whose content does not. */
const SHORT_BYTES = 64;

/** By `SoundFormat`, ffmpeg's names. Bit 1 of the first byte tells whether a sample has 16 bits. */
const CODECS: Readonly<Record<number, string>> = {
  ...{ 1: 'adpcm_swf', 2: 'mp3', 3: 'pcm_s16le', 4: 'nellymoser', 5: 'nellymoser', 6: 'nellymoser' },
  ...{ 7: 'pcm_alaw', 8: 'pcm_mulaw', 10: 'aac', 11: 'speex' },
};

/** FLV: all tags but those of the picture. Each tag states its own time, so that none needs another one. */
export const planFlv: Planner = async ({ file, bytes }, wanted) => {
  const list = await listTags(bytes);
  const first = list?.tags.find((tag) => tag.type === AUDIO && contentBytes(tag) > 0);
  if (!list || !first || !isPlain(list.tags) || !(await statesLength(bytes, list))) return undefined;
  const track = { position: 1, codec: CODECS[first.first >> 4], language: null };
  const traits = {
    isDefault: true,
    isDisabled: false,
    isSecondary: false,
    isEncrypted: false,
    isEmpty: false,
  };
  if (!chooseSound('flv', [{ ...track, ...traits }], wanted)) return undefined;
  const segments = await collect(bytes, list);
  return segments && { file: segments.toFile(file), track: 1, audioTracks: 1 };
};

/** Whether there is one codec of each kind, and both begin early. ffmpeg makes a new stream where a codec changes. */
function isPlain(tags: readonly Tag[]): boolean {
  const [start] = tags;
  const ofKind = (kind: number) => tags.filter((tag) => tag.type === kind && contentBytes(tag) > 0);
  const sound = ofKind(AUDIO);
  const pictures = ofKind(VIDEO).filter((tag) => !isCommand(tag));
  const isSame = sound.every(({ first }) => first === sound[0]?.first);
  // Bit 7 is that of Enhanced RTMP, which not every ffmpeg knows.
  const isSamePicture = pictures.every(
    ({ first }) => (first & 0x80) === 0 && (first & 0x0f) === ((pictures[0]?.first ?? 0) & 0x0f),
  );
  const isEarly = [sound, pictures]
    .map((of) => of.find((tag) => !isSetup(tag)))
    .every(
      (tag) =>
        !tag ||
        (tag.end < LATEST_START_BYTES && tag.milliseconds - (start?.milliseconds ?? 0) < LATEST_START_MS),
    );
  return isSame && isSamePicture && isEarly;
}

/** Whether a tag of the picture is a command to the player. */
const isCommand = ({ first }: Tag): boolean => first >> 4 === 5;

/** Whether ffmpeg knows the length without a guess by the size of the file: by the metadata, or by the time of the last tag. */
async function statesLength(bytes: BufferedFile, { tags, end }: TagList): Promise<boolean> {
  const stated = findNumber(await bytes.read(0, HEAD_BYTES), 'duration');
  if (stated && stated.value > 0) return true;
  return end === bytes.size && (tags.at(-1)?.milliseconds ?? 0) > 0;
}

async function collect(bytes: BufferedFile, { tags, end }: TagList): Promise<Segments | undefined> {
  const segments = new Segments();
  const stated = findNumber(await bytes.read(0, HEAD_BYTES), 'filesize');
  const holder = stated && tags.find((tag) => tag.start < stated.at && stated.at < tag.end);
  if (stated && holder?.type !== SCRIPT) return undefined;
  const ownSize = new Uint8Array(8);
  segments.copy(0, tags[0]?.start ?? 0);
  for (const [place, tag] of tags.entries()) {
    // The server takes a file for cut that is smaller than it says.
    if (stated && tag === holder && stated.value <= bytes.size) {
      segments.copy(tag.start, stated.at);
      segments.add(ownSize);
      segments.copy(stated.at + ownSize.length, tag.end);
    } else if (isWhole(tag)) segments.copy(tag.start, tag.end);
    else if (place < FIRST_TAGS || place >= tags.length - LAST_TAGS) segments.add(await shorten(bytes, tag));
  }
  segments.copy(end, bytes.size);
  new DataView(ownSize.buffer).setFloat64(0, segments.size);
  return segments;
}

function isWhole(tag: Tag): boolean {
  if (tag.type !== VIDEO || tag.start < HEAD_BYTES) return true;
  return isSetup(tag) || contentBytes(tag) <= SHORT_BYTES;
}

const H264 = 7;
const AAC = 10;

/** Whether a tag holds the parameters of the decoder, and no sound or picture. */
const isSetup = ({ type, first, second }: Tag): boolean =>
  (type === VIDEO ? (first & 0x0f) === H264 : first >> 4 === AAC) && second === 0;

/** Returns a tag of the picture with the beginning of its content alone. */
async function shorten(bytes: BufferedFile, { start }: Tag): Promise<Uint8Array> {
  const size = TAG_HEADER_BYTES + SHORT_BYTES;
  const short = new Uint8Array(size + TAG_TRAILER_BYTES);
  short.set(await bytes.read(start, size));
  short.set([0, 0, SHORT_BYTES], 1);
  new DataView(short.buffer).setUint32(size, size);
  return short;
}
