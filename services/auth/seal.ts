import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts short texts, so that nobody without the key can read or change them. */
export interface Seal {
  /** Returns base64url. @param context what the text is for, such as an id; it opens for the same alone */
  close(text: string, context: string): string;
  /** Returns the text, or undefined where it was changed, or closed for something else or with another key. */
  open(sealed: string, context: string): string | undefined;
  /** Whether it was closed with another secret than the newest one. */
  isOld(sealed: string, context: string): boolean;
}

/**
 * @param secrets newest first, each of at least 32 characters: the first one closes, and each of them opens
 * @param purpose keeps seals of one secret apart
 */
export function createSeal(secrets: readonly [string, ...string[]], purpose: string): Seal {
  const [first, ...rest] = secrets;
  const newest = createBox(first, purpose);
  const boxes = [newest, ...rest.map((secret) => createBox(secret, purpose))];
  return {
    close: newest.close,
    open(sealed, context) {
      for (const { open } of boxes) {
        const text = open(sealed, context);
        if (text !== undefined) return text;
      }
      return undefined;
    },
    isOld: (sealed, context) => newest.open(sealed, context) === undefined,
  };
}

/** What one secret closes and opens. */
function createBox(secret: string, purpose: string): Pick<Seal, 'close' | 'open'> {
  const key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  return {
    close(text, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
        return Buffer.concat([opened, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
