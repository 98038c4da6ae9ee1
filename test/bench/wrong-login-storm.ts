import { Agent, type RequestOptions, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { basic } from '../support/basic-auth.ts';

// Usage: node wrong-login-storm.ts <gateway URL> <number of clients> <seconds>
//
// All clients log in with a wrong password at the same time. Each does so again when it has its response, but at most once a
// second. The program prints as JSON how many responses had each status.
// It is a process of its own, so that its work does not slow down the requests that are timed meanwhile.

const [url = '', parallel = '190', seconds = '10'] = process.argv.slice(2);
const PAUSE_MS = 1_000;
const agent = new Agent({ keepAlive: true });
const answers: Record<string, number> = {};

function login(number: number): Promise<string> {
  const headers = { authorization: basic(`nobody-${number}@example.com`, 'a wrong password') };
  const options: RequestOptions = { method: 'POST', headers, agent };
  const { promise, resolve } = Promise.withResolvers<string>();
  request(`${url}/login`, options, (reply) => {
    reply.resume().on('close', () => resolve(String(reply.statusCode)));
  })
    .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    .end();
  return promise;
}

const end = performance.now() + Number(seconds) * 1000;
async function repeat(number: number): Promise<void> {
  while (performance.now() < end) {
    const [answer] = await Promise.all([login(number), sleep(PAUSE_MS)]);
    answers[answer] = (answers[answer] ?? 0) + 1;
  }
}

await Promise.all(Array.from({ length: Number(parallel) }, (_, number) => repeat(number)));
agent.destroy();
console.log(JSON.stringify(answers));
