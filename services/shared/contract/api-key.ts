import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const KEY_PREFIX = 'mp3_';
export const ID_LENGTH = 16;
export const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY = new RegExp(
  `^(${KEY_PREFIX}([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}}))([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

/** How long a gateway goes on with what it knows of a key, in seconds, while auth does not answer. Auth lists ended keys for longer. */
export const KEY_GRACE_SECONDS = 300;

export interface ApiKeyParts {
  /** Not secret. */
  id: string;
  /** 256 random bits. */
  secret: string;
}

/**
 * Returns the text of a key: `mp3_<id>_<secret>`, whose last six characters are a checksum of the rest. By its prefix and its
 * checksum, a scanner for secrets finds a key in a repository, and takes nothing else for one.
 */
export function composeApiKey({ id, secret }: ApiKeyParts): string {
  const text = `${KEY_PREFIX}${id}_${secret}`;
  return text + checksumOf(text);
}

/** Reads a key. Returns undefined for a text that is none, also for one with a wrong checksum. It may still be invented. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, body = '', id = '', secret = '', checksum] = KEY.exec(text) ?? [];
  return checksum !== undefined && checksumOf(body) === checksum ? { id, secret } : undefined;
}

const checksumOf = (text: string): string => toBase62(BigInt(crc32(text)), CHECKSUM_LENGTH);

/** Writes a number with the digits 0-9, A-Z and a-z, with leading zeros. Higher digits than `length` are dropped. */
export function toBase62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let place = 0; place < length; place++) {
    text = DIGITS.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
