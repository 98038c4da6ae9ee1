const SMALL = 5;
const LARGE = 30;

/**
 * The place to which a key leads on the slider of a player, as the ARIA Authoring Practices ask for. Undefined for a key that
 * does not seek. All times are in seconds.
 */
export function seekByKey(
  key: string,
  { time, length }: { time: number; length: number },
): number | undefined {
  const steps: Record<string, number> = {
    ArrowRight: SMALL,
    ArrowUp: SMALL,
    ArrowLeft: -SMALL,
    ArrowDown: -SMALL,
    PageUp: LARGE,
    PageDown: -LARGE,
    Home: -length,
    End: length,
  };
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return step === undefined ? undefined : clampTime(time + step, length);
}

/** The place under a pointer. All distances are in CSS pixels, and time runs from left to right in each language. */
export function timeAt(
  x: number,
  { left, width, length }: { left: number; width: number; length: number },
): number {
  return width > 0 ? clampTime(((x - left) / width) * length, length) : 0;
}

export const clampTime = (time: number, length: number): number => Math.min(length, Math.max(0, time));
