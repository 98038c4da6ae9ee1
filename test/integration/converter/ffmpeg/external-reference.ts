/** The boxes of a QuickTime file around the references of a track to its data. */
const AROUND = ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref'];

/**
 * Returns a MOV whose first track refers to a file beside it, as QuickTime's reference movies do. The index of the given MOV
 * must be at its end, because the index becomes longer.
 */
export function externalReference(mov: Buffer, name: string): Buffer {
  return replaceBox(mov, AROUND, references(alias(name)));
}

/** Replaces the content of the box at the path. A box that follows is found by the sizes of those before it. */
function replaceBox(bytes: Buffer, [type = '', ...inner]: string[], content: Buffer): Buffer {
  let at = 0;
  while (bytes.toString('latin1', at + 4, at + 8) !== type) at += bytes.readUInt32BE(at);
  const end = at + bytes.readUInt32BE(at);
  const old = bytes.subarray(at + 8, end);
  const replaced = inner.length === 0 ? content : replaceBox(old, inner, content);
  return Buffer.concat([bytes.subarray(0, at), box(type, replaced), bytes.subarray(end)]);
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** The content of a `dref` box with one reference: version and flags, the count, the reference. */
const references = (reference: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), box('alis', reference)]);

/**
 * A Macintosh alias record (version 2) of a file in the folder of the movie: one level up from the movie, and one level down to
 * the file. Before the levels are version, flags, and the names of volume and file, which ffmpeg does not need.
 */
function alias(name: string): Buffer {
  const levelsAt = 4 + 10 + 28 + 12 + 64 + 16;
  const record = Buffer.alloc(levelsAt + 4 + 16);
  record.writeUInt16BE(1, levelsAt);
  record.writeUInt16BE(1, levelsAt + 2);
  const path = Buffer.from(`/${name}`);
  // Tag 2 is the absolute path. Tag -1 is the end.
  const tag = Buffer.from([0, 2, path.length >> 8, path.length & 255]);
  const padding = Buffer.alloc(path.length % 2);
  return Buffer.concat([record, tag, path, padding, Buffer.from('ffff0000', 'hex')]);
}
