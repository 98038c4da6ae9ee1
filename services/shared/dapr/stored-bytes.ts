import { AppError } from '../runtime/errors.ts';
import { decode } from './base64.ts';

/**
 * The first byte of a value that holds bytes as they are, `R`. No JSON value begins with it, so that no store takes the value
 * for one, and neither does a path of MongoDB.
 */
export const RAW_MARKER = 0x52;
const QUOTE = 0x22;

/**
 * The bytes in a stored value, in the memory of `target` where they fit. The first byte of a value says what it is: a JSON
 * string in base64, or bytes as they are. Throws `internal` for anything else.
 */
export function decodeStored(value: Buffer, target?: Buffer): Buffer {
  if (value[0] === RAW_MARKER) return copyInto(value.subarray(1), target);
  if (value[0] === QUOTE && value.length > 1 && value.at(-1) === QUOTE) {
    return decode(value.subarray(1, -1), target);
  }
  throw new AppError('internal', 'a stored value is damaged: it holds neither base64 nor bytes as they are');
}

function copyInto(bytes: Buffer, target: Buffer | undefined): Buffer {
  const copy =
    target && target.length >= bytes.length
      ? target.subarray(0, bytes.length)
      : Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
