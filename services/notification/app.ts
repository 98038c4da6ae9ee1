import Router from '@koa/router';
import type Koa from 'koa';
import { isAppError } from '../shared/errors.ts';
import { mp3Event, readEvent } from '../shared/events.ts';
import { type Checks, health } from '../shared/health.ts';
import { createApp, onlySidecar, type RequestState } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import type { Notify } from './notify.ts';

export interface NotificationOptions {
  notify: Notify;
  checks: Checks;
  stopping: AbortSignal;
  apiToken: string | undefined;
  log: Log;
}

export function createNotificationApp(options: NotificationOptions): Koa<RequestState> {
  const { notify, checks, stopping, apiToken, log } = options;
  const router = new Router<RequestState>();

  router.post('/events/mp3', async (context) => {
    const event = await readEvent(context.req, mp3Event).catch((error: unknown) => {
      if (!isAppError(error, 'bad_request')) throw error;
      log.error({ err: error }, 'an event that nobody can read was dropped');
    });
    const result = event ? await notify(event) : 'dropped';
    context.body = { status: result === 'told' ? 'SUCCESS' : 'DROP' };
  });

  const app = createApp(log);
  app.use(health(checks, stopping));
  app.use(onlySidecar(apiToken));
  app.use(router.routes());
  return app;
}
