import type { ParameterizedContext } from 'koa';
import { clientClosed } from '../../../shared/http/client-closed.ts';
import { requireIdentityEncoding } from '../../../shared/http/content-encoding.ts';
import type { RequestState } from '../../../shared/http/request-state.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import type { Admission } from '../../limits/admission.ts';
import { type MinimumRate, watchPace } from '../../limits/minimum-rate.ts';
import type { Owner } from '../../limits/owner.ts';
import { type Checksum, parseChecksum } from './checksum.ts';
import { PATH } from './headers.ts';
import { openRequestBody, type RequestBody } from './request-body.ts';
import type { UploadRecord } from './upload-record.ts';

/** The bytes of a request, which hold a place among the uploads until they are disposed of. */
export interface Bytes extends Disposable {
  body: RequestBody | undefined;
  checksum: Checksum | undefined;
  /**
   * Throws where the client has gone away, so that nobody gets the response, and `too_slow`. What has arrived is stored all the same.
   * @param record the upload as this request has left it
   */
  requireRest(record: UploadRecord | undefined): void;
}

export const noBytes: Bytes = {
  body: undefined,
  checksum: undefined,
  requireRest: () => undefined,
  [Symbol.dispose]: () => undefined,
};

interface Ports {
  admission: Pick<Admission, 'admitBytes'>;
  minimumRate: MinimumRate;
  stoppingSignal: AbortSignal;
}

/** Opens the body of a request. Throws `unsupported_media_type`, `bad_request`, and as `admitBytes` does. */
export function openBytes(
  context: ParameterizedContext<RequestState>,
  owner: Owner,
  { admission, minimumRate, stoppingSignal }: Ports,
): Bytes {
  const { req } = context;
  // `close` has already fired, so no listener for it would ever run.
  if (req.destroyed && !req.complete) throw clientClosed();
  requireIdentityEncoding(context);
  const checksum = parseChecksum(context.get('upload-checksum'));
  using opening = new DisposableStack();
  opening.use(admission.admitBytes(owner));
  const pace = opening.use(watchPace(minimumRate));
  const body = openRequestBody(req, { stoppingSignal, pace });
  const opened = opening.move();
  return {
    body,
    checksum,
    requireRest(record) {
      if (body.wasCut() && !context.writable) throw clientClosed();
      const slowness = body.slowness();
      // An upload is whole where only the end of the request is missing.
      if (slowness && record?.status !== 'finished') throw withOffset(slowness, record);
    },
    [Symbol.dispose]: () => opened.dispose(),
  };
}

/** The same error, which says where the client can go on. */
const withOffset = (error: AppError, record: UploadRecord | undefined): AppError =>
  new AppError(error.code, error.message, {
    ...(record && {
      headers: { Location: `${PATH}/${record.id}`, 'Upload-Offset': String(record.checkpoint.offset) },
    }),
  });
