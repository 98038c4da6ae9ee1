import { type ExtentReader, lengthOrNothing } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';

/** Object identifiers, as they stand in the file: ASF specification, section 10. */
const HEADER = '3026b2758e66cf11a6d900aa0062ce6c';
const FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365';
const DATA = '3626b2758e66cf11a6d900aa0062ce6c';
const OBJECT_HEADER_BYTES = 24;
const DATA_HEADER_BYTES = 50;
const MAX_OBJECTS = 1000;
const BROADCAST = 1;

/** Times in seconds, sizes in bytes. */
interface Properties {
  isBroadcast: boolean;
  seconds: number;
  preroll: number;
  packets: number;
  packetBytes: number;
}

/** ASF, which is the container of WMV and WMA: the header states the length, and the data object its size. */
export const readAsf: ExtentReader = async (file) => {
  const head = await file.read(0, OBJECT_HEADER_BYTES + 6);
  if (head.length < 30 || head.toString('hex', 0, 16) !== HEADER) return undefined;
  const dataAt = Number(head.readBigUInt64LE(16));
  const properties = await readProperties(file, dataAt);
  // A broadcast's header was written before its length was known.
  if (!properties || properties.isBroadcast) return { end: 'unknown' };
  const { seconds, preroll } = properties;
  const fileSeconds = lengthOrNothing(seconds - preroll);
  const data = await file.read(dataAt, OBJECT_HEADER_BYTES);
  if (data.length < OBJECT_HEADER_BYTES) return { end: 'cut', fileSeconds };
  if (data.toString('hex', 0, 16) !== DATA) return { end: 'unknown' };
  const size = Number(data.readBigUInt64LE(16));
  if (size < DATA_HEADER_BYTES) return { end: 'unknown', fileSeconds };
  const end = dataAt + size > file.size ? 'cut' : 'whole';
  const lastSeconds = end === 'whole' ? await readLastTime(file, dataAt, properties) : undefined;
  return { end, fileSeconds, lastSeconds };
};

async function readProperties(file: FileBytes, headerEnd: number): Promise<Properties | undefined> {
  let position = OBJECT_HEADER_BYTES + 6;
  for (let count = 0; count < MAX_OBJECTS && position < headerEnd; count++) {
    const object = await file.read(position, 104);
    if (object.length < OBJECT_HEADER_BYTES) return undefined;
    if (object.toString('hex', 0, 16) === FILE_PROPERTIES && object.length === 104) {
      return {
        isBroadcast: (object.readUInt32LE(88) & BROADCAST) !== 0,
        // Units of 100 ns, and milliseconds.
        seconds: Number(object.readBigUInt64LE(64)) / 1e7,
        preroll: Number(object.readBigUInt64LE(80)) / 1e3,
        packets: Number(object.readBigUInt64LE(56)),
        packetBytes: object.readUInt32LE(92),
      };
    }
    const size = Number(object.readBigUInt64LE(16));
    if (size < OBJECT_HEADER_BYTES) return undefined;
    position += size;
  }
  return undefined;
}

/**
 * Returns the time at which the last packet is to be sent, plus its duration and the preroll. That is at or after the end of
 * the content. Packets have a header of variable fields: ASF specification, section 5.2.
 */
async function readLastTime(
  file: FileBytes,
  dataAt: number,
  { packets, packetBytes, preroll }: Properties,
): Promise<number | undefined> {
  const packet = await file.read(dataAt + DATA_HEADER_BYTES + (packets - 1) * packetBytes, 32);
  if (packet.length < 32) return undefined;
  // Bit 7 says that error correction data comes first. Its length is in the low four bits.
  const [first = 0] = packet;
  const flagsAt = first & 0x80 ? 1 + (first & 0x0f) : 0;
  const flags = packet[flagsAt] ?? 0;
  const bytesOf = (field: number) => [0, 1, 2, 4][(flags >>> field) & 3] ?? 0;
  // Packet length, sequence, padding length.
  const at = flagsAt + 2 + bytesOf(5) + bytesOf(1) + bytesOf(3);
  return (packet.readUInt32LE(at) + packet.readUInt16LE(at + 4)) / 1000 + preroll;
}
