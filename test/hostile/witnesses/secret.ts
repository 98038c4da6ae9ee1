/** What must be in no output. */
export const SECRET = 'planted-secret-7f3a9c51e2';

/** The secret as the bytes that an output may have of it. */
const FORMS = [Buffer.from(SECRET), Buffer.from(SECRET, 'utf16le'), ...base64Forms(Buffer.from(SECRET))];

/** Whether a text or bytes hold the secret: as bytes, as UTF-16, or within something that is Base64, as covers in Vorbis tags. */
export function holdsSecret(output: Uint8Array | string): boolean {
  const bytes = Buffer.from(output as Uint8Array);
  return FORMS.some((form) => bytes.includes(form));
}

/**
 * Returns what bytes look like within Base64, which depends on how many bytes are before them. The characters at the ends are
 * left out, because they have bits of their neighbours.
 */
function base64Forms(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return Buffer.from(text.slice(Math.ceil((before * 8) / 6), whole));
  });
}
