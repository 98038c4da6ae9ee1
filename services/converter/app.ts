import Router from '@koa/router';
import type Koa from 'koa';
import { isAppError } from '../shared/errors.ts';
import { readEvent, videoEvent } from '../shared/events.ts';
import { type Checks, health } from '../shared/health.ts';
import { createApp, onlySidecar, type RequestState } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import type { Convert } from './convert.ts';

export interface ConverterOptions {
  convert: Convert;
  checks: Checks;
  stopping: AbortSignal;
  apiToken: string | undefined;
  log: Log;
}

export function createConverterApp(options: ConverterOptions): Koa<RequestState> {
  const { convert, checks, stopping, apiToken, log } = options;
  const router = new Router<RequestState>();

  router.post('/events/video', async (context) => {
    const event = await readEvent(context.req, videoEvent).catch((error: unknown) => {
      if (!isAppError(error, 'bad_request')) throw error;
      log.error({ err: error }, 'an event that nobody can read was dropped');
    });
    if (!event) {
      context.body = { status: 'DROP' };
      return;
    }
    const gone = new AbortController();
    context.res.once('close', () => gone.abort(new Error('the sidecar hung up')));
    await convert(event, gone.signal);
    context.body = { status: 'SUCCESS' };
  });

  const app = createApp(log);
  app.use(health(checks, stopping));
  app.use(onlySidecar(apiToken));
  app.use(router.routes());
  return app;
}
