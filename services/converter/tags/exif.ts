/**
 * What tells where, when, by whom or with which device a photograph was taken.
 * @see Exif 2.32, CIPA DC-008, tables 4 to 15
 */
const PRIVATE_TAGS = new Set([
  0x010f, // Make
  0x0110, // Model
  0x013b, // Artist
  0x8825, // GPS
  0x927c, // MakerNote
  0xa430, // CameraOwnerName
  0xa431, // BodySerialNumber
  0xa432, // LensSpecification
  0xa433, // LensMake
  0xa434, // LensModel
  0xa435, // LensSerialNumber
]);
const ORIENTATION = 0x0112;
const EXIF_IFD = 0x8769;
const MAX_ENTRIES = 1000;

export interface Exif {
  /** Whether it holds a place, a person or a device. */
  isPrivate: boolean;
  /** How the picture is to be turned, from 1 (not at all) to 8. */
  orientation: number;
}

/** Reads the TIFF structure of Exif, without its `Exif\0\0`. What cannot be read counts as private. */
export function readExif(tiff: Buffer): Exif {
  const found: Exif = { isPrivate: false, orientation: 1 };
  try {
    const order = tiff.toString('latin1', 0, 2);
    if (order !== 'II' && order !== 'MM') return { isPrivate: true, orientation: 1 };
    const reader = new TiffReader(tiff, order === 'II');
    let offset = reader.u32(4);
    // The picture, and its preview, which may have tags of its own.
    for (let number = 0; offset !== 0 && number < 4; number += 1) offset = readIfd(reader, offset, found);
  } catch {
    found.isPrivate = true;
  }
  return found;
}

class TiffReader {
  readonly #bytes: Buffer;
  readonly #isLittleEndian: boolean;

  constructor(bytes: Buffer, isLittleEndian: boolean) {
    this.#bytes = bytes;
    this.#isLittleEndian = isLittleEndian;
  }

  u16(offset: number): number {
    return this.#isLittleEndian ? this.#bytes.readUInt16LE(offset) : this.#bytes.readUInt16BE(offset);
  }

  u32(offset: number): number {
    return this.#isLittleEndian ? this.#bytes.readUInt32LE(offset) : this.#bytes.readUInt32BE(offset);
  }
}

/** Returns the offset of the next directory, or 0. Throws a RangeError outside of the bytes. */
function readIfd(reader: TiffReader, offset: number, found: Exif, isInner = false): number {
  const count = Math.min(reader.u16(offset), MAX_ENTRIES);
  for (let index = 0; index < count; index += 1) {
    const entry = offset + 2 + 12 * index;
    const tag = reader.u16(entry);
    if (PRIVATE_TAGS.has(tag)) found.isPrivate = true;
    if (tag === ORIENTATION) found.orientation = reader.u16(entry + 8);
    if (tag === EXIF_IFD && !isInner) readIfd(reader, reader.u32(entry + 8), found, true);
  }
  return reader.u32(offset + 2 + 12 * count);
}

/** Returns Exif, as TIFF structure, that says nothing but the orientation. */
export function orientationOnly(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(ORIENTATION, 10);
  tiff.writeUInt16BE(3, 12); // SHORT
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}

/** Names in XMP, and in texts of PNG, that stand for a place, a person or a device. */
const PRIVATE_TEXT =
  /\b(?:exif:GPS|exif:Gps|GPSL|GPSInfo|tiff:(?:Make|Model|Artist)|exif:(?:Make|Model)\b|aux:(?:Serial|Lens|Owner)|exifEX:|photoshop:(?:City|State|Country)|Iptc4xmp\w+:\w*Location|dc:creator|SerialNumber|LensModel|drone-dji|GCamera|samsung)/i;

/** Whether an XMP packet, or any other text, holds a place, a person or a device. */
export const isPrivateText = (text: string): boolean => PRIVATE_TEXT.test(text);
