/** A part of a file that has a header: a box, a chunk, a page, a packet, a frame. */
export interface Element {
  start: number;
  end: number;
  /** Bytes of the header. What follows is the content. */
  head: number;
  /** The numbers of the header: size, id, count, time, checksum. */
  fields: Field[];
}

/** A number in a file. */
export interface Field {
  at: number;
  bytes: number;
  isLittle: boolean;
}

/** Elements of a file, at most. A mutation chooses among them. */
export const MAX_ELEMENTS = 4000;

export const big = (at: number, bytes: number): Field => ({ at, bytes, isLittle: false });
export const little = (at: number, bytes: number): Field => ({ at, bytes, isLittle: true });
