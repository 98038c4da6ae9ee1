import type Router from '@koa/router';
import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../../shared/http/request-state.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import { openToAll, scope } from '../../accounts/access.ts';
import type { Authenticate } from '../../accounts/authenticate.ts';
import type { User } from '../../accounts/user.ts';
import type { Admission } from '../../limits/admission.ts';
import { largestUpload } from '../../limits/group-limits.ts';
import type { MinimumRate } from '../../limits/minimum-rate.ts';
import { discardRest } from '../discard-rest.ts';
import { answerCreation } from './answer-creation.ts';
import { TusDataStore } from './data-store.ts';
import { findOwnedUpload, parseUploadId } from './find-owned.ts';
import { finishUnderLock } from './finish-upload.ts';
import {
  PATH,
  requireBytesAtOffset,
  requireVersion,
  setCapabilities,
  setProgress,
  setVersion,
} from './headers.ts';
import { noBytes, openBytes } from './open-bytes.ts';
import { answerByTus } from './protocol.ts';
import { isWhole } from './upload-record.ts';
import { viewOfUpload } from './upload-view.ts';
import { limitsOfUpload, type ResumablePorts } from './uploads.ts';

export interface TusPorts {
  requireReady: () => Promise<void>;
  authenticate: Authenticate;
  admission: Admission;
  resumable: ResumablePorts;
  minimumRate: MinimumRate;
  stoppingSignal: AbortSignal;
}

type Context = ParameterizedContext<RequestState> & { params: Record<string, string | undefined> };

/** The methods that `X-HTTP-Method-Override` may name, for clients behind a proxy that knows only POST. */
const METHODS = ['HEAD', 'PATCH', 'DELETE'];

/** Resumable uploads: {@link https://tus.io/protocols/resumable-upload | tus 1.0}, and a view of an upload as JSON. */
export function tusRoutes(router: Router<RequestState>, ports: TusPorts): void {
  const { authenticate, requireReady, resumable, stoppingSignal } = ports;
  const one = `${PATH}/:id`;

  async function enter(context: Context): Promise<User> {
    setVersion(context);
    const user = await authenticate(context.get('authorization'));
    requireVersion(context);
    await requireReady();
    return user;
  }

  async function answer(context: Context, method: string): Promise<void> {
    const user = await enter(context);
    const id = parseUploadId(context.params.id);
    // Before the lock: nobody may cut a request of another user by asking for its lock.
    const { record: known } = await findOwnedUpload(id, user, resumable);
    if (method === 'PATCH') requireBytesAtOffset(context);
    using bytes = method === 'PATCH' ? openBytes(context, user, ports) : noBytes;
    const find = async () => (await findOwnedUpload(id, user, resumable)).record;
    const create = () => Promise.reject(new Error('only POST /uploads creates uploads'));
    const store = new TusDataStore({ find, create, body: bytes.body, checksum: bytes.checksum }, resumable);
    const { maxUploadBytes: maxBytes } = limitsOfUpload(known, resumable);
    await answerByTus(context, { method, maxBytes, store, body: bytes.body }, resumable);
    bytes.requireRest(store.record);
    const { record } = store;
    if (record) setProgress(context, record);
    if (method === 'HEAD' && record?.metadata) context.set('Upload-Metadata', record.metadata);
    if (method === 'DELETE') context.state.log.info({ upload_id: id }, 'upload deleted');
  }

  for (const path of [PATH, one])
    router.options(path, openToAll, (context) => {
      setVersion(context);
      setCapabilities(context, largestUpload(resumable.groupLimits));
      context.status = 204;
    });

  router.post(PATH, scope('upload'), discardRest(stoppingSignal), async (context) => {
    const user = await enter(context);
    await answerCreation(context, user, ports);
  });

  // Before GET, which would serve HEAD, too.
  router.head(one, scope('upload'), (context) => answer(context, 'HEAD'));
  router.patch(one, scope('upload'), discardRest(stoppingSignal), (context) => answer(context, 'PATCH'));
  router.delete(one, scope('upload'), (context) => answer(context, 'DELETE'));
  router.post(one, scope('upload'), discardRest(stoppingSignal), (context) => {
    const method = context.get('x-http-method-override').toUpperCase();
    if (!METHODS.includes(method))
      throw new AppError('method_not_allowed', 'POST is not allowed here without X-HTTP-Method-Override');
    return answer(context, method);
  });

  router.get(one, scope('upload'), async (context) => {
    const user = await authenticate(context.get('authorization'));
    const id = parseUploadId(context.params.id);
    const found = await findOwnedUpload(id, user, resumable);
    const isUnfinished = isWhole(found.record) && !found.job;
    if (isUnfinished) await finishUnderLock(id, resumable);
    context.set('Cache-Control', 'no-store');
    context.body = viewOfUpload(isUnfinished ? await findOwnedUpload(id, user, resumable) : found);
  });
}
