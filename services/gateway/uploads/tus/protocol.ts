import { ERRORS, Server } from '@tus/server';
import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../../shared/http/request-state.ts';
import { AppError, type ErrorCode } from '../../../shared/runtime/errors.ts';
import type { TusDataStore } from './data-store.ts';
import { PATH } from './headers.ts';
import type { RequestBody } from './request-body.ts';
import type { ResumablePorts } from './uploads.ts';

/** Milliseconds that a request has to end when another one asks for its lock. In most cases its client is gone. */
const LOCK_DRAIN_MS = 250;

/** The headers that @tus/server has to see. It refuses requests for others that are no concern of its, such as `X-Forwarded-Proto`. */
const SEEN_HEADERS = /^(tus-resumable|upload-(offset|length|defer-length)|content-length|content-type)$/;

export interface TusCall {
  /** `X-HTTP-Method-Override` may replace the one of the request. */
  method: string;
  /** Id for a new upload. */
  newId?: string;
  body: RequestBody | undefined;
  store: TusDataStore;
}

/** Answers a request by @tus/server. Throws its errors as those of this service. */
export async function answerByTus(
  context: ParameterizedContext<RequestState>,
  { method, newId = '', body, store }: TusCall,
  { locker, maxUploadBytes }: Pick<ResumablePorts, 'locker' | 'maxUploadBytes'>,
): Promise<void> {
  const failure: { error?: unknown } = {};
  // One for each request, because its data store belongs to one request.
  const server = new Server({
    path: PATH,
    datastore: store,
    locker,
    relativeLocation: true,
    maxSize: maxUploadBytes,
    lockDrainTimeout: LOCK_DRAIN_MS,
    namingFunction: () => newId,
    onResponseError(_request, error) {
      failure.error = error;
      return undefined;
    },
  });
  const response = await server.handleWeb(webRequest(context, method, body));
  if ('error' in failure) throw toAppError(failure.error);
  if (response.status >= 400) throw new AppError('bad_request', (await response.text()).trim());
  context.body = null;
  context.status = response.status;
  // CORS is the concern of cors.ts, and the length that of Koa.
  for (const [name, value] of response.headers)
    if (!name.startsWith('access-control-') && name !== 'content-length') context.set(name, value);
}

function webRequest(
  { req, path }: ParameterizedContext<RequestState>,
  method: string,
  body: RequestBody | undefined,
): Parameters<Server['handleWeb']>[0] {
  const headers = Object.entries(req.headers).filter(([name]) => SEEN_HEADERS.test(name)) as [
    string,
    string,
  ][];
  return new Request(new URL(path, 'http://gateway'), {
    method,
    headers,
    ...(body && { body: body.stream, duplex: 'half' }),
  });
}

/** The codes for the statuses that @tus/server gives to its errors. */
const CODES: Record<number, ErrorCode> = {
  400: 'bad_request',
  403: 'bad_request',
  404: 'not_found',
  409: 'offset_conflict',
  410: 'expired',
  413: 'too_large',
  501: 'not_implemented',
};

/** @tus/server throws plain objects of its own, and passes on what the data store throws. */
function toAppError(error: unknown): unknown {
  if (error === ERRORS.ERR_LOCK_TIMEOUT || error === ERRORS.ABORTED) return uploadLocked();
  const { status_code, body } = error as { status_code?: number; body?: string };
  const code = CODES[status_code ?? 0];
  return code === undefined ? error : new AppError(code, (body ?? '').trim());
}

const uploadLocked = (): AppError =>
  new AppError('upload_locked', 'another request is writing to this upload; try again shortly', {
    headers: { 'Retry-After': '1' },
  });
