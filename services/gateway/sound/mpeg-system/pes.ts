/** Ticks of the clock in a second. */
export const CLOCK = 90_000;
/** The clock has 33 bits. */
const WRAP = 2 ** 33;

/** Whether a payload begins with a PES packet: ISO 13818-1 2.4.3.6. */
export const isPes = (payload: Uint8Array): boolean =>
  payload[0] === 0 && payload[1] === 0 && payload[2] === 1 && payload.length >= 9;

/** Where the content of the PES packet begins that begins at `payload`. */
export const pesHeaderBytes = (payload: Uint8Array): number => 9 + (payload[8] ?? 0);

/** Returns the time at which a PES packet is to be decoded, in ticks. Undefined where it states none. */
export function decodingTime(payload: Uint8Array): number | undefined {
  const flags = (payload[7] ?? 0) >> 6;
  if (flags < 2) return undefined;
  const at = flags === 3 ? 14 : 9;
  return at + 5 <= payload.length ? timestamp(payload, at) : undefined;
}

function timestamp(bytes: Uint8Array, at: number): number {
  const [high = 0, second = 0, third = 0, fourth = 0, fifth = 0] = bytes.subarray(at, at + 5);
  return (
    ((high >> 1) & 0x07) * 2 ** 30 + (second << 22) + ((third >> 1) << 15) + (fourth << 7) + (fifth >> 1)
  );
}

/** The ticks from one time to another on a clock that may wrap. Negative where it is earlier. */
export function ticksBetween(from: number, to: number): number {
  const ticks = (((to - from) % WRAP) + WRAP) % WRAP;
  return ticks >= WRAP / 2 ? ticks - WRAP : ticks;
}
