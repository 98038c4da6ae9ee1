import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { basic } from '../support/basic-auth.ts';

// Usage: node bogus-logins.ts <gateway URL> <logins> <logins per second> <addresses>
//
// Logs in with wrong passwords, each time to another account, at a fixed rate and in turns from the addresses 127.0.1.1, 127.0.1.2 …
// The program does not wait for a response before the next login. It prints as JSON how many responses had each status.
// It is a process of its own, so that its work does not slow down the requests that are timed meanwhile.

const [url = '', logins = '1000', rate = '100', addresses = '1'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
const answers: Record<string, number> = {};

function login(number: number): Promise<void> {
  const headers = { authorization: basic(`bogus-${number}@example.com`, 'a wrong password') };
  const localAddress = `127.0.1.${1 + (number % Number(addresses))}`;
  const { promise, resolve } = Promise.withResolvers<void>();
  const count = (answer: string) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
    resolve();
  };
  request(`${url}/login`, { method: 'POST', headers, agent, localAddress }, (reply) => {
    reply.resume().on('close', () => count(String(reply.statusCode)));
  })
    .on('error', (error: NodeJS.ErrnoException) => count(error.code ?? error.message))
    .end();
  return promise;
}

const pending: Promise<void>[] = [];
const startedAt = performance.now();
for (let number = 0; number < Number(logins); number++) {
  const dueMs = (number * 1000) / Number(rate) - (performance.now() - startedAt);
  if (dueMs > 1) await sleep(dueMs);
  pending.push(login(number));
}
await Promise.all(pending);
agent.destroy();
console.log(JSON.stringify(answers));
