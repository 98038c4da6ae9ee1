import { detectCharset } from './charset-detector.ts';
import { correctGuess } from './short-text-charset.ts';

/** Bytes that the detector sees. More would not make its guess better. */
const MAX_SAMPLE = 64 * 1024;

/**
 * Decodes texts of one file. Each character of `texts` is one byte. UTF-8 is taken as it is. The rest is in the code page of
 * the computer that wrote the file, as in RIFF and ID3v1. The code page is guessed over all such texts together, because
 * one short title may not be enough.
 */
export function decodeTexts(texts: readonly string[]): string[] {
  const bytes = texts.map((text) => Buffer.from(text, 'latin1'));
  const decoded = bytes.map(decodeUtf8);
  const legacy = bytes.filter((_, index) => decoded[index] === undefined);
  if (legacy.length === 0) return decoded.map((text) => text ?? '');
  const decoder = new TextDecoder(guessCharset(legacy));
  return bytes.map((each, index) => decoded[index] ?? decoder.decode(each));
}

/** Returns the most likely encoding of all texts, which are not UTF-8. */
export function guessCharset(texts: readonly Uint8Array[]): string {
  // A line end is no letter of any code page, so that it separates the texts.
  const sample = Buffer.concat(texts.flatMap((text) => [text, Buffer.from('\n')])).subarray(0, MAX_SAMPLE);
  return correctGuess(detectCharset(sample), sample);
}

/** Returns undefined for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeCutUtf8(bytes);
  }
}

/**
 * Fields of a fixed size, as in ID3v1, may end in the middle of a character, which is dropped. A whole character beyond ASCII
 * must come before it: `é` of Windows-1252 at the end of a word looks like an incomplete character of UTF-8.
 */
function decodeCutUtf8(bytes: Uint8Array): string | undefined {
  try {
    // With `stream`, the decoder waits for the rest of an incomplete character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return /\P{ASCII}/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
