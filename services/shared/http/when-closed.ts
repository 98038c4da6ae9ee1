import type { ServerResponse } from 'node:http';

const actionsOf = new WeakMap<ServerResponse, (() => void)[]>();

/**
 * Runs an action once the response has been sent, or its connection has closed before. Actions run in the order in which they were
 * given. One that is given when the response has closed never runs.
 *
 * All of them share one listener of `close`. Koa and Node add seven for a body that is a stream, and Node warns of a leak beyond ten.
 */
export function whenClosed(response: ServerResponse, action: () => void): void {
  const known = actionsOf.get(response);
  if (known) {
    known.push(action);
    return;
  }
  const actions = [action];
  actionsOf.set(response, actions);
  response.once('close', () => {
    for (const each of actions) each();
  });
}
