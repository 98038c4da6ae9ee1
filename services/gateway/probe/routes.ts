import type Router from '@koa/router';
import { closedSignal } from '../../shared/http/client-closed.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { MAX_END_BYTES } from '../../shared/jobs/probe.ts';
import { scope } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import type { GroupLimits } from '../limits/group-limits.ts';
import type { MinimumRate } from '../limits/minimum-rate.ts';
import { discardRest } from '../uploads/discard-rest.ts';
import { openMedia } from '../uploads/open-media.ts';
import { openUpload } from '../uploads/open-upload.ts';
import { uploadOptions } from '../uploads/upload-options.ts';
import type { AskConverter } from './ask-converter.ts';
import { collectEnds, type Ends } from './collect-ends.ts';
import { checkParts, parseParts, type StatedParts } from './parse-parts.ts';

export interface ProbePorts {
  authenticate: Authenticate;
  /** Bounds the memory: each probe keeps up to twice `MAX_END_BYTES` of its file. */
  probes: ConcurrencyLimit;
  askConverter: AskConverter;
  groupLimits: GroupLimits;
  minimumRate: MinimumRate;
  stoppingSignal: AbortSignal;
}

/** The route `POST /probe`. It says what a file is and what its MP3 would be, without storing or converting it. */
export function probeRoutes(router: Router<RequestState>, ports: ProbePorts): void {
  const { authenticate, probes, askConverter, groupLimits, minimumRate, stoppingSignal } = ports;

  router.post('/probe', scope('upload'), discardRest(stoppingSignal), async (context) => {
    const user = await authenticate(context.get('authorization'));
    const { maxUploadBytes } = groupLimits[user.group];
    const { parts, rest } = parseParts(context.querystring, maxUploadBytes);
    const query = uploadOptions(rest);
    // The fields of a form are options, too.
    if (context.is('multipart/form-data')) query.check();
    else query.parse();
    acquireForResponse(probes, user, context.res);
    const signal = closedSignal(context.res);
    const maxBytes = parts ? 2 * MAX_END_BYTES : maxUploadBytes;
    using upload = await openUpload(context, { maxBytes, minimumRate });
    using media = await openMedia(upload.bytes, { maxBytes, signal });
    const ends = endsOf(await collectEnds(media.bytes, { maxBytes: MAX_END_BYTES, signal }), parts);
    const options = uploadOptions(rest, upload).parse();
    const { traceId, log } = context.state;
    context.body = await askConverter({ ends, options, traceId, signal });
    log.info({ size: ends.size }, 'file probed');
  });
}

/** @param parts what the body consists of, where it is not the whole file */
function endsOf(body: Ends, parts: StatedParts | undefined): Ends {
  if (!parts) return body;
  const { size, tailBytes } = parts;
  checkParts(parts, body.size);
  return { pieces: body.pieces, headBytes: body.size - tailBytes, tailBytes, size };
}
