import type { Middleware } from 'koa';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { requireReadMethod } from './read-methods.ts';

export interface Metrics {
  registry: Registry;
  /** Measures requests by the pattern of their route, and not by their path, because the number of paths has no bound. */
  observe: Middleware;
}

/** Every metric gets the label `service`. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its handling, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
    registers: [registry],
  });
  return {
    registry,
    async observe(context, next) {
      const end = duration.startTimer();
      try {
        await next();
      } finally {
        // @koa/router stores the matched pattern here.
        const route = (context as { _matchedRoute?: string })._matchedRoute ?? 'none';
        end({ method: context.method, route, status: context.status });
      }
    },
  };
}

/** Serves `/metrics`. Like the health routes, it goes before the middleware that admits only the service's own sidecar. */
export function exposeMetrics({ registry }: Metrics): Middleware {
  return async (context, next) => {
    if (context.path !== '/metrics') return next();
    requireReadMethod(context);
    context.type = registry.contentType;
    context.body = await registry.metrics();
  };
}
