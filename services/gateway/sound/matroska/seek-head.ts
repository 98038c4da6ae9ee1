import { childrenOf, type Element, readUnsigned } from './ebml.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import { type Layout, level1 } from './layout.ts';
import { Unsure } from './unsure.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_ENTRIES = 100;

/** What ffmpeg reads before the sound when it stands behind the clusters, if the `SeekHead` says where. */
const MOVABLE: readonly number[] = [ID.tags, ID.chapters, ID.attachments];
/** ffmpeg does not follow these entries. */
const IGNORED: readonly number[] = [ID.cluster, ID.cues, ID.void, ID.crc];

/**
 * Returns the elements behind the first cluster that ffmpeg reads before the sound. In the smaller file they have to stand in front
 * of the clusters, because its positions are others. Throws {@link Unsure} where a `SeekHead` is wrong.
 */
export async function referencedElements(film: FilmReader, layout: Layout): Promise<Element[]> {
  const { segment, front, clustersAt } = layout;
  const heads = front.filter(({ id }) => id === ID.seekHead);
  const found = new Map<number, Element>();
  for (const head of heads) {
    for (const { id, position } of await entriesOf(film, head)) {
      const at = segment.start + position;
      if (IGNORED.includes(id)) continue;
      if (at < clustersAt ? !front.some((each) => each.at === at && each.id === id) : found.has(at)) {
        if (at < clustersAt) throw new Unsure('an entry leads nowhere');
        continue;
      }
      if (at < clustersAt) continue;
      const element = await level1(film, at);
      if (element.id !== id) throw new Unsure('an entry leads nowhere');
      if (id === ID.seekHead) heads.push(element);
      else if (MOVABLE.includes(id)) found.set(at, element);
      else throw new Unsure('the header is at the end');
    }
  }
  return [...found.values()];
}

async function entriesOf(film: FilmReader, head: Element): Promise<{ id: number; position: number }[]> {
  const bytes = await film.content(head, MAX_BYTES);
  const entries = childrenOf(bytes).filter(({ id }) => id === ID.seek);
  if (entries.length > MAX_ENTRIES) throw new Unsure('too many entries');
  return entries.map(({ start, end }) => {
    const entry = bytes.subarray(start, end);
    const value = (id: number): number => {
      const field = childrenOf(entry).find((each) => each.id === id);
      return field ? readUnsigned(entry.subarray(field.start, field.end)) : 0;
    };
    return { id: value(ID.seekId), position: value(ID.seekPosition) };
  });
}
