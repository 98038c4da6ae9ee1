import { AIFF, ASF, CAF, chunksOf, ISO, REAL, RIFF } from './chunked.ts';
import { ebmlElements } from './ebml.ts';
import { big, type Element } from './element.ts';
import {
  elementsAt,
  fixedPackets,
  flacBlocks,
  flvTags,
  id3Frames,
  mxfSets,
  oggPages,
  soundFrames,
} from './packets.ts';

type Test = (bytes: Buffer) => boolean;
/** Whether one of these texts, in Latin-1, stands at a place. */
const has =
  (at: number, ...texts: string[]): Test =>
  (bytes) =>
    texts.some((text) => bytes.toString('latin1', at, at + text.length) === text);
const begins = (...texts: string[]): Test => has(0, ...texts);
const beginsWithBytes = (digits: string): Test => begins(Buffer.from(digits, 'hex').toString('latin1'));
const bothHave =
  (...tests: Test[]): Test =>
  (bytes) =>
    tests.every((test) => test(bytes));

/** What a file begins with, and how its elements are found. The first one that fits is taken. */
const FAMILIES: readonly [fits: Test, find: (bytes: Buffer) => Element[]][] = [
  [has(4, 'ftyp', 'styp', 'moov', 'wide', 'free', 'mdat'), (bytes) => chunksOf(bytes, ISO)],
  [beginsWithBytes('1a45dfa3'), (bytes) => ebmlElements(bytes)],
  [begins('RIFF', 'RF64', 'BW64'), (bytes) => chunksOf(bytes, RIFF)],
  [begins('FORM'), (bytes) => chunksOf(bytes, AIFF)],
  [begins('caff'), (bytes) => chunksOf(bytes, CAF, 8)],
  [begins('.RMF'), (bytes) => chunksOf(bytes, REAL)],
  [beginsWithBytes('3026b275'), (bytes) => chunksOf(bytes, ASF)],
  [begins('OggS'), oggPages],
  [begins('FLV'), flvTags],
  [begins('fLaC'), flacBlocks],
  [begins('ID3'), (bytes) => [...id3Frames(bytes), ...elementsAt(bytes, Buffer.from([0xff, 0xfb]), MP3)]],
  [bothHave(has(0, 'G'), has(188, 'G')), (bytes) => fixedPackets(bytes, 188, 0)],
  [bothHave(has(4, 'G'), has(196, 'G')), (bytes) => fixedPackets(bytes, 192, 4)],
  [beginsWithBytes('000001ba'), (bytes) => elementsAt(bytes, Buffer.from([0, 0, 1]), PACK)],
  [beginsWithBytes('060e2b34'), mxfSets],
];
const MP3 = {
  head: 4,
  fields: [big(1, 1), big(2, 1), big(3, 1), big(4, 2), big(36, 4), big(40, 4), big(44, 4)],
};
const PACK = {
  head: 6,
  fields: [big(3, 1), big(4, 2), big(6, 1), big(7, 1), big(8, 1), big(9, 5), big(14, 4)],
};

/** Finds the elements of a file, by its first bytes. */
export function elementsOf(bytes: Buffer): Element[] {
  const [, find = soundFrames] = FAMILIES.find(([fits]) => fits(bytes)) ?? [];
  return find(bytes);
}
