import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';

export interface ZippedFile {
  name: string;
  bytes: Buffer;
  /** In local time, to two seconds. */
  date: Date;
  isUtf8: boolean;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/** Reads a ZIP archive of files without compression, each below 4 GiB, and checks its checksums (APPNOTE.TXT of PKWARE, 4.3). */
export function readZip(zip: Buffer): ZippedFile[] {
  const end = zip.length - 22;
  assert.equal(zip.readUInt32LE(end), END, 'the archive has no end');
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const file = readEntry(zip, at);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30);
    return file;
  });
}

function readEntry(zip: Buffer, at: number): ZippedFile {
  assert.equal(zip.readUInt32LE(at), CENTRAL);
  assert.equal(zip.readUInt16LE(at + 10), 0, 'the file is compressed');
  const size = zip.readUInt32LE(at + 24);
  const nameLength = zip.readUInt16LE(at + 28);
  const local = zip.readUInt32LE(at + 42);
  assert.equal(zip.readUInt32LE(local), LOCAL);
  const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
  const start = local + 30 + nameLength + zip.readUInt16LE(local + 28);
  assert.equal(zip.toString('utf8', local + 30, local + 30 + nameLength), name);
  const bytes = zip.subarray(start, start + size);
  assert.equal(crc32(bytes), zip.readUInt32LE(at + 16), `${name} is damaged`);
  return {
    ...{ name, bytes, isUtf8: (zip.readUInt16LE(at + 8) & 0x800) !== 0 },
    date: dosDate(zip.readUInt16LE(at + 14), zip.readUInt16LE(at + 12)),
  };
}

const dosDate = (date: number, time: number): Date =>
  new Date(
    ...([(date >> 9) + 1980, ((date >> 5) & 15) - 1, date & 31] as const),
    ...([time >> 11, (time >> 5) & 63, (time & 31) * 2] as const),
  );
