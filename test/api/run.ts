import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvFile } from '../../deploy/local/write-secrets.ts';
import { report, runMain, stopSignal } from '../../deploy/process/terminal.ts';
import { pythonWith } from '../polyglot/python-packages.ts';
import { client } from '../support/client.ts';
import { startTestSystem } from '../support/start-system.ts';
import { newStateFolder, stateFolder } from '../support/state-folder.ts';
import { type Caller, schemathesis } from './schemathesis.ts';

const repoRoot = resolve(import.meta.dirname, '../..');
const apiDir = join(repoRoot, '.data', 'api');
const usage = `npm run test:api -- [--url URL --token TOKEN] [--examples N] [--seed N]

Runs schemathesis over /openapi.json: requests that fit the document and requests that do not, with all of its checks. It starts a
system of its own, and calls it as a user, as the operator and without a login. It needs Python 3.10 and pip, which installs
schemathesis once. Where it cannot, the test says NOT TESTED.

  --url       a gateway that runs already, instead of a system of its own; its data is changed
  --token     an access token for that gateway
  --examples  requests for each operation and kind (default: 15)
  --seed      the same seed makes the same requests (default: 1)
`;

const signal = stopSignal(join(stateFolder(apiDir), 'api', '.data'));

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      examples: { type: 'string', default: '15' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const python = await pythonWith(join(import.meta.dirname, 'requirements.txt'), report, signal).catch(
    (error: Error) => {
      signal.throwIfAborted();
      report(`NOT TESTED: ${error.message}`);
    },
  );
  if (!python) {
    if (process.env.CI) throw new Error('schemathesis is missing, and CI is set.');
    return;
  }
  const options = { python, seed: Number(values.seed), examples: Number(values.examples), signal };
  if (values.url !== undefined)
    return testAll(values.url, [{ name: 'caller', token: values.token }], options);
  const runDir = await newStateFolder(apiDir, report);
  const system = await startTestSystem({ ...{ repoRoot, runDir, name: 'api', report, signal } });
  try {
    const { gatewayUrl, stateRoot } = system.view;
    const { token } = await client(gatewayUrl).newAccount();
    const operator = readEnvFile(stateRoot, 'gateway').OPERATOR_TOKEN;
    const callers = [
      { name: 'a user', token },
      { name: 'the operator', token: operator },
      { name: 'nobody', token: undefined },
    ];
    await testAll(gatewayUrl, callers, options);
  } finally {
    await system.stop();
    rmSync(runDir, { recursive: true, force: true });
  }
}, signal);

/** Calls the API as each of them, and throws at the end if any of the runs found a fault. */
async function testAll(
  url: string,
  callers: readonly Caller[],
  options: Omit<Parameters<typeof schemathesis>[2], 'report'>,
): Promise<void> {
  const failed: string[] = [];
  for (const caller of callers) {
    report(`schemathesis as ${caller.name} …`);
    if (!(await schemathesis(url, caller, options))) failed.push(caller.name);
  }
  if (failed.length > 0) throw new Error(`schemathesis found faults as ${failed.join(', ')}`);
  console.log('schemathesis found no fault.');
}
