const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** `7.9 MB`: bytes in powers of ten, as file managers and browsers show them. */
export function formatSize(bytes: number): string {
  if (bytes < 999.5) return `${Math.round(bytes)} bytes`;
  let [value, unit] = [bytes / 1000, 0];
  // From 999.95 on, one decimal would round to 1000.0.
  for (; value >= 999.95 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** Seconds as `1:15` or `1:01:15`: for tables and displays. {@link durationInText} is for sentences. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  const rest = twoDigits(whole % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Seconds within a sentence: `6.5 seconds`, `1 second`, and from a minute on `1:15` or `1:01:15`. */
export function durationInText(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10) / 10);
  if (tenths >= 60) return formatDuration(seconds);
  return tenths === 1 ? '1 second' : `${tenths} seconds`;
}
