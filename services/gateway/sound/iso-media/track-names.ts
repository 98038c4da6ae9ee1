import { type BoxNode, findNode } from './box-tree.ts';
import { type Box, type BoxReader, fourLetters } from './boxes.ts';

const MAX_NAME_BYTES = 4096;

/** Languages of the Macintosh by their numbers, as ffmpeg names them. Most MOV files that use them are in one of these. */
const MACINTOSH: Readonly<Record<number, string>> = {
  ...{ 0: 'eng', 1: 'fra', 2: 'ger', 3: 'ita', 4: 'dut', 6: 'spa', 7: 'dan', 8: 'por', 9: 'nor', 11: 'jpn' },
};
const MACINTOSH_UNSPECIFIED = 0x7fff;
const FIRST_ISO = 0x400;

/** Returns the language of `mdhd` as ffmpeg tells it: undefined for none, and null where that is not certain. */
export function languageTag(code: number): string | undefined | null {
  if (code === MACINTOSH_UNSPECIFIED) return undefined;
  if (code < FIRST_ISO) return MACINTOSH[code] ?? null;
  // Three letters of five bits each. @see ISO 14496-12, 8.4.2
  return String.fromCharCode(...[10, 5, 0].map((shift) => 0x60 + ((code >> shift) & 0x1f)));
}

/**
 * Returns the name of a track's handler as ffmpeg tells it: the first one that is not empty. QuickTime states the length of a name
 * in its first byte.
 */
export async function readHandlerName(reader: BoxReader, trak: BoxNode): Promise<string | undefined> {
  const media = findNode(trak, 'mdia');
  const handlers = [media && findNode(media, 'hdlr'), media && findNode(media, 'minf', 'hdlr')];
  for (const handler of handlers) {
    const name = handler && (await readName(reader, handler.box));
    if (name) return name;
  }
  return undefined;
}

async function readName(reader: BoxReader, { content, end }: Box): Promise<string> {
  const length = Math.min(end - content - 24, MAX_NAME_BYTES);
  if (length <= 0) return '';
  const { buffer, byteOffset } = await reader.read(content + 24, length);
  const bytes = new Uint8Array(buffer, byteOffset, length);
  const isPascal = bytes[0] === length - 1;
  const zero = bytes.indexOf(0);
  const text = bytes.subarray(0, zero < 0 ? length : zero);
  return new TextDecoder().decode(isPascal ? text.subarray(1) : text);
}

const ROLES = 'urn:mpeg:dash:role:2011';
/** ffmpeg's flags for the roles of DASH. */
const ROLE_FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['caption', ['hearing_impaired']],
  ['commentary', ['comment']],
  ['description', ['visual_impaired', 'descriptions']],
]);

/** Returns ffmpeg's flags of a track by its roles, in boxes `kind` (ISO 14496-12, 8.10.4). Undefined where that is not certain. */
export async function readRoles(
  reader: BoxReader,
  trak: BoxNode,
): Promise<Record<string, number> | undefined> {
  const flags: Record<string, number> = {};
  for (const { box } of trak.children.filter((child) => child.box.type === 'udta')) {
    const { buffer, byteOffset, byteLength } = await reader.read(
      box.content,
      Math.min(box.end - box.content, MAX_NAME_BYTES),
    );
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let at = 0; at + 8 <= byteLength; ) {
      const size = view.getUint32(at);
      // QuickTime ends the box with a zero.
      if (size < 8 || at + size > byteLength) break;
      if (fourLetters(view, at + 4) === 'kind') {
        const text = new Uint8Array(buffer, byteOffset + at + 12, Math.max(0, size - 12));
        const [scheme, role = ''] = String.fromCharCode(...text).split('\0');
        for (const flag of (scheme === ROLES && ROLE_FLAGS.get(role)) || []) flags[flag] = 1;
      }
      at += size;
    }
    if (box.end - box.content > MAX_NAME_BYTES) return undefined;
  }
  return flags;
}
