import { isPrivateText } from './exif.ts';
import { removePrivateJpegData } from './jpeg-metadata.ts';
import { removePrivatePngData } from './png-metadata.ts';
import { removePrivateWebpData } from './webp-metadata.ts';

const REMOVERS: Readonly<Record<string, (bytes: Buffer) => Buffer | undefined>> = {
  'image/jpeg': removePrivateJpegData,
  'image/png': removePrivatePngData,
  'image/webp': removePrivateWebpData,
};

/**
 * Returns a picture that does not tell where, by whom or with which device it was taken. The bytes are the same where they
 * did not tell it. Returns undefined where it may tell so and its structure cannot be read.
 */
export function removePrivateData(bytes: Buffer, type: string): Buffer | undefined {
  const cleaned = REMOVERS[type]?.(bytes);
  if (cleaned) return cleaned;
  const isSuspect =
    bytes.includes('Exif\0\0') || bytes.includes('eXIf') || isPrivateText(bytes.toString('latin1'));
  return isSuspect ? undefined : bytes;
}
