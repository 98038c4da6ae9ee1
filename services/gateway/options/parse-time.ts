/** `90`, `90.25`, `1:30`, `01:02:03.004`. Fractions may have nine digits: a sample lasts some 20 microseconds. */
const TIME = /^(?:(?:(\d{1,4}):([0-5]?\d)|(\d{1,5})):([0-5]?\d)|(\d{1,7}))(\.\d{1,9})?$/;

/** Reads seconds, minutes and seconds (`mm:ss`), or hours (`hh:mm:ss`). Returns seconds, or undefined for any other text. */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [, hours = '0', minutesOfHour = '0', minutes = minutesOfHour, secondsOfMinute = '0'] = match;
  const [whole = secondsOfMinute, fraction = ''] = match.slice(5);
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  // Parsed as one decimal, so that the result is the nearest number to what was written.
  return Number(`${seconds + Number(whole)}${fraction}`);
}
