import { childrenOf, type Element, readText, readUnsigned } from './ebml.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import { Unsure } from './unsure.ts';

/** What stands in front of the first cluster. */
export interface Layout {
  ebml: Element;
  segment: Element;
  /** The elements of the segment before its first cluster. */
  front: readonly Element[];
  /** Where the first cluster begins. */
  clustersAt: number;
}

/** The server looks for the header of the film among the first hundred elements. */
const MAX_FRONT = 90;
const MAX_EBML_BYTES = 4096;
const LEVEL_1: readonly number[] = [
  ...[ID.seekHead, ID.info, ID.tracks, ID.cues, ID.tags, ID.chapters, ID.attachments, ID.cluster],
  ...[ID.void, ID.crc],
];

export const isLevel1 = (id: number): boolean => LEVEL_1.includes(id);

/** Returns undefined where the file is no Matroska or WebM file. Throws {@link Unsure} where it is an unusual one. */
export async function readLayout(film: FilmReader): Promise<Layout | undefined> {
  const start = film.peek(0, 4) ?? (await film.load(0, 4));
  if (start.length < 4 || new DataView(start.buffer, start.byteOffset).getUint32(0) !== ID.ebml)
    return undefined;
  const ebml = await film.element(0);
  checkEbml(await film.content(ebml, MAX_EBML_BYTES));
  const segment = await film.element(ebml.end);
  if (segment.id !== ID.segment) throw new Unsure('no segment');
  // A cut file ends before its segment. Behind a segment, there may be another one.
  if (segment.end !== Number.POSITIVE_INFINITY && segment.end !== film.size) throw new Unsure('another size');
  const front: Element[] = [];
  for (let at = segment.start; front.length <= MAX_FRONT; ) {
    const element = await level1(film, at);
    if (element.id === ID.cluster) return { ebml, segment, front, clustersAt: at };
    front.push(element);
    at = element.end;
  }
  throw new Unsure('too many elements');
}

/** Reads the header of an element of the segment. Only that of a cluster may lack a size. */
export async function level1(film: FilmReader, at: number): Promise<Element> {
  const element = await film.element(at);
  if (!isLevel1(element.id)) throw new Unsure('an unknown element');
  const isSized = element.end <= film.size;
  if (!isSized && !(element.id === ID.cluster && element.end === Number.POSITIVE_INFINITY)) {
    throw new Unsure('an element exceeds the film');
  }
  return element;
}

function checkEbml(bytes: Uint8Array): void {
  const limits: Readonly<Record<number, number>> = { [ID.maxIdLength]: 4, [ID.maxSizeLength]: 8 };
  let docType = '';
  for (const { id, start, end } of childrenOf(bytes)) {
    const content = bytes.subarray(start, end);
    if (id === ID.docType) docType = readText(content);
    const limit = limits[id];
    if (limit !== undefined && readUnsigned(content) > limit) throw new Unsure('unusual numbers');
  }
  if (docType !== 'matroska' && docType !== 'webm') throw new Unsure('an unknown type of document');
}
