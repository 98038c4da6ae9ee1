import { parseArgs } from 'node:util';
import { client } from '../support/client.ts';
import { measure, openConnections } from './idle-connections.ts';

/*
 * node test/load/hold-connections.ts --url http://127.0.0.1:8080 [--idle 10000] [--half 2000]
 *
 * Holds connections to a gateway that runs, and prints what other clients notice. Each connection needs an open file here and there.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    idle: { type: 'string', default: '10000' },
    half: { type: 'string', default: '2000' },
  },
});
const { url } = values;
const { token } = await client(url).newAccount();
const show = async (what: string, sockets: Awaited<ReturnType<typeof openConnections>>) =>
  console.log(what, JSON.stringify(await measure(url, token, sockets)));
await show('nobody else', []);
const idle = await openConnections(url, Number(values.idle), 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
await show(`${values.idle} idle connections`, idle);
const half = await openConnections(url, Number(values.half), 'GET /healthz HTTP/1.1\r\nHost: x\r\n');
await show(`and ${values.half} with half of their headers`, [...idle, ...half]);
for (const socket of [...idle, ...half]) socket.destroy();
await show('after they have gone', []);
