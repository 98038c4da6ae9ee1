/** How far a conversion is, and how long it will take at the pace so far. */
export interface Progress {
  /** Share of the sound that is converted, from 0 to 1. */
  progress: number;
  eta_seconds: number;
}

/** Returns undefined where the length of the sound is unknown, and before anything is converted. */
export function estimateProgress(
  convertedSeconds: number,
  expectedSeconds: number | undefined,
  elapsedSeconds: number,
): Progress | undefined {
  if (expectedSeconds === undefined || convertedSeconds <= 0) return undefined;
  const share = Math.min(0.99, convertedSeconds / expectedSeconds);
  const eta = Math.ceil((elapsedSeconds * (1 - share)) / share);
  return { progress: Math.round(share * 1000) / 1000, eta_seconds: eta };
}
