/** The first that fits: some browsers also call themselves by the names of others. */
const BROWSERS = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
  ['mp3', /^mp3converter\b|^node\b|^undici\b/i],
  ['curl', /^curl\//],
] as const;

const SYSTEMS = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

const find = (known: readonly (readonly [string, RegExp])[], text: string): string | undefined =>
  known.find(([, pattern]) => pattern.test(text))?.[0];

/**
 * What somebody calls a device, such as `Firefox, Linux`, of the text by which its browser names itself. Any program can send any
 * text. Returns undefined where nothing in it is known.
 */
export function deviceName(userAgent: string | null | undefined): string | undefined {
  const text = userAgent ?? '';
  const parts = [find(BROWSERS, text), find(SYSTEMS, text)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}
