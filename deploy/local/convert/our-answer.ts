import { STATUS } from '../../../services/shared/errors.ts';

/**
 * Whether a response comes from our gateway, and not from something in front of it. An ingress controller that finds no ready
 * pod answers 404, 502, 503 or 504 by itself, so a client must take a response that is not ours for a passing fault.
 * Every error of ours is a problem document (RFC 9457) with a code of `STATUS`; below 400 a status says nothing about its author.
 */
export function isOurs(status: number, contentType: string | undefined, body: string): boolean {
  if (status < 400) return true;
  const [mediaType = ''] = (contentType ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'application/problem+json') return false;
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === 'string' && Object.hasOwn(STATUS, code);
  } catch {
    // It is not JSON, or it is `null`, which has no properties.
    return false;
  }
}
