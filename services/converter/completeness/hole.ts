/** A part of a file that nobody has sent. Positions are in bytes; the last byte of it is before `end`. */
export interface Hole {
  start: number;
  end: number;
}

/**
 * Whether a byte from `start` to before `end` is in the hole. A hole without bytes contains none, also where it is inside of that range:
 * a file is sent in two parts that touch each other when it is short.
 */
export const overlaps = (hole: Hole, start: number, end: number): boolean =>
  Math.max(hole.start, start) < Math.min(hole.end, end);
