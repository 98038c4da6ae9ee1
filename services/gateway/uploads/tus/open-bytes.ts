import type { ParameterizedContext } from 'koa';
import { clientClosed } from '../../../shared/http/client-closed.ts';
import { requireIdentityEncoding } from '../../../shared/http/content-encoding.ts';
import type { RequestState } from '../../../shared/http/request-state.ts';
import type { Admission } from '../../limits/admission.ts';
import type { Owner } from '../../limits/owner.ts';
import { type Checksum, parseChecksum } from './checksum.ts';
import { openRequestBody, type RequestBody } from './request-body.ts';

/** The bytes of a request, which hold a place among the uploads until they are disposed of. */
export interface Bytes extends Disposable {
  body: RequestBody | undefined;
  checksum: Checksum | undefined;
  /** Throws where the client has gone away, so that nobody gets the response. What has arrived is stored all the same. */
  requireClient(): void;
}

export const noBytes: Bytes = {
  body: undefined,
  checksum: undefined,
  requireClient: () => undefined,
  [Symbol.dispose]: () => undefined,
};

interface Ports {
  admission: Pick<Admission, 'admitBytes'>;
  stoppingSignal: AbortSignal;
}

/** Opens the body of a request. Throws `unsupported_media_type`, `bad_request`, and as `admitBytes` does. */
export function openBytes(
  context: ParameterizedContext<RequestState>,
  owner: Owner,
  { admission, stoppingSignal }: Ports,
): Bytes {
  const { req } = context;
  // `close` has already fired, so no listener for it would ever run.
  if (req.destroyed && !req.complete) throw clientClosed();
  requireIdentityEncoding(context);
  const checksum = parseChecksum(context.get('upload-checksum'));
  const place = admission.admitBytes(owner);
  const body = openRequestBody(req, stoppingSignal);
  return {
    body,
    checksum,
    requireClient() {
      if (body.wasCut() && !context.writable) throw clientClosed();
    },
    [Symbol.dispose]: () => place[Symbol.dispose](),
  };
}
