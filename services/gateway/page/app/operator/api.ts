import { clock } from '../../../client/http/clock.ts';
import { createTransport } from '../../../client/http/transport.ts';
import { createOperatorApi } from '../../../client/operator.ts';

/** Ends everything that this page does on its own. A page is never left while it runs, so nothing aborts it. */
const always = new AbortController().signal;

const transport = createTransport(location.origin, (url, init) => fetch(url, init), { cookies: true });

/** The operator's part of the API, with the session of this page. */
export const operator = createOperatorApi(transport, { clock, signal: always });
