import { Server } from '@tus/server';
import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../../shared/http/request-state.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import type { TusDataStore } from './data-store.ts';
import { PATH } from './headers.ts';
import { toAppError } from './protocol-error.ts';
import type { RequestBody } from './request-body.ts';
import type { ResumablePorts } from './uploads.ts';

/** Milliseconds that a request has to end when another one asks for its lock. In most cases its client is gone. */
const LOCK_DRAIN_MS = 250;

/** The headers that @tus/server has to see. It refuses requests for others that are no concern of its, such as `X-Forwarded-Proto`. */
const SEEN_HEADERS = /^(tus-resumable|upload-(offset|length|defer-length)|content-length|content-type)$/;

export interface TusCall {
  /** `X-HTTP-Method-Override` may replace the one of the request. */
  method: string;
  /** The most bytes of the whole upload. */
  maxBytes: number;
  /** Id for a new upload. */
  newId?: string;
  body: RequestBody | undefined;
  store: TusDataStore;
}

/** Answers a request by @tus/server. Throws its errors as those of this service. */
export async function answerByTus(
  context: ParameterizedContext<RequestState>,
  { method, maxBytes, newId = '', body, store }: TusCall,
  { locker }: Pick<ResumablePorts, 'locker'>,
): Promise<void> {
  const failure: { error?: unknown } = {};
  // One for each request, because its data store belongs to one request.
  const server = new Server({
    path: PATH,
    datastore: store,
    locker,
    relativeLocation: true,
    maxSize: maxBytes,
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
