import type { Log } from '../runtime/log.ts';

/** What every request of a service carries in `context.state`. */
export interface RequestState {
  /** 32 hexadecimal digits, from the W3C `traceparent` header where there is one. */
  traceId: string;
  log: Log;
}
