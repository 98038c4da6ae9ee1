/** After this time, the speed of a line can be told from that of its beginning. Milliseconds. */
const MIN_MS = 3_000;
/** The speed is that of the last part of an upload, because a line becomes faster and slower. Milliseconds. */
const WINDOW_MS = 60_000;

/** Tells how long an upload still takes. */
export interface TimeLeft {
  /** Takes the bytes that have arrived. Returns seconds, and undefined while too little is known. */
  update(sent: number, total: number): number | undefined;
}

/** @param now milliseconds */
export function createTimeLeft(now: () => number): TimeLeft {
  let marks: { at: number; sent: number }[] = [];
  return {
    update(sent, total) {
      const at = now();
      marks = [...marks.filter((mark) => at - mark.at < WINDOW_MS && mark.sent <= sent), { at, sent }];
      const [first = { at, sent }] = marks;
      if (at - first.at < MIN_MS || sent === first.sent) return undefined;
      return ((total - sent) * (at - first.at)) / (sent - first.sent) / 1000;
    },
  };
}
