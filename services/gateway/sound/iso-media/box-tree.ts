import { type Box, type BoxReader, headerOf, Unplannable } from './boxes.ts';

/** A box and the boxes in it. */
export interface BoxNode {
  box: Box;
  /** Empty for a box that is no container of ours. */
  children: BoxNode[];
}

/** Bytes of our own, or a part of the film. */
export type Part = Uint8Array | { start: number; end: number };

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'tref', 'mvex']);

/** Reads a box with all boxes in it that lead to the tables of samples. */
export async function readTree(reader: BoxReader, box: Box): Promise<BoxNode> {
  const children: BoxNode[] = [];
  if (CONTAINERS.has(box.type)) {
    for await (const child of reader.boxes(box.content, box.end)) {
      // The size 0 within another box is a terminator of QuickTime, which programs read in different ways.
      if (child.isOpen) throw new Unplannable('A box within another one states no size.');
      children.push(await readTree(reader, child));
    }
  }
  return { box, children };
}

/** Returns the only box of the path below `node`. @throws Unplannable where there are several */
export function findNode(node: BoxNode, ...path: string[]): BoxNode | undefined {
  let found: BoxNode | undefined = node;
  for (const type of path) {
    const matches: BoxNode[] = found.children.filter(({ box }) => box.type === type);
    if (matches.length > 1) throw new Unplannable(`There are several boxes ${type}.`);
    found = matches[0];
    if (!found) return undefined;
  }
  return found;
}

export function requireNode(node: BoxNode, ...path: string[]): BoxNode {
  const found = findNode(node, ...path);
  if (!found) throw new Unplannable(`There is no box ${path.join('/')}.`);
  return found;
}

/** New bytes for whole boxes. Undefined removes a box. */
export type Changes = Map<Box, Uint8Array | undefined>;

/** Returns the parts of a box in which some boxes are changed. All other bytes stay. */
export function changeTree({ box, children }: BoxNode, changes: Changes): Part[] {
  if (changes.has(box)) {
    const bytes = changes.get(box);
    return bytes ? [bytes] : [];
  }
  const parts = children.map((child) => changeTree(child, changes));
  const isSame = parts.every((each, index) => {
    const [only] = each;
    return (
      each.length === 1 && only && !(only instanceof Uint8Array) && only.start === children[index]?.box.start
    );
  });
  if (isSame) return [{ start: box.start, end: box.end }];
  const rest = { start: children.at(-1)?.box.end ?? box.content, end: box.end };
  const content = [...parts.flat(), rest];
  return [headerOf(box, sizeOf(content)), ...content];
}

export const sizeOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.end - part.start), 0);
