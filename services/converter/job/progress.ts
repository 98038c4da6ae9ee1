/** Share of the sound that is converted, and how long the rest takes at the pace so far. */
export interface Progress {
  /** 0 to 1. */
  progress: number;
  eta_seconds: number;
}

/** Undefined while the length is not known. One second of work is too little to foretell from. */
export function progressAt(
  convertedSeconds: number,
  expectedSeconds: number | undefined,
  elapsedSeconds: number,
): Progress | undefined {
  if (expectedSeconds === undefined || convertedSeconds <= 0) return undefined;
  const share = Math.min(0.99, convertedSeconds / expectedSeconds);
  const eta = Math.ceil((elapsedSeconds * (1 - share)) / share);
  return { progress: Math.round(share * 1000) / 1000, eta_seconds: eta };
}
