import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { removeNetwork } from '../../containers/remove-leftovers.ts';

const IN_USE = 'Error response from daemon: error while removing network: network n has active endpoints';

/** A Docker that fails to remove a network once for each error, and has one container in the network. */
const dockerFailingWith = (errors: string[]) => {
  const calls: string[] = [];
  const docker = async (_doing: string, args: string[]): Promise<string> => {
    calls.push(args.slice(0, 2).join(' '));
    if (args[1] === 'inspect') return 'gone\n\n';
    const error = args[1] === 'rm' ? errors.shift() : undefined;
    if (error !== undefined) throw new Error(error);
    return '';
  };
  return { docker, calls };
};

const remove = async (errors: string[]) => {
  const { docker, calls } = dockerFailingWith(errors);
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  await removeNetwork(docker, 'n', { report, signal: new AbortController().signal, pauseMs: 0 });
  return { calls, lines };
};

describe('removeNetwork(docker, network, options)', () => {
  it('removes a network', async () => {
    deepEqual(await remove([]), { calls: ['network rm'], lines: [] });
  });

  it('disconnects all containers and tries again while Docker keeps the endpoint of one that is gone', async () => {
    deepEqual(await remove([IN_USE]), {
      calls: ['network rm', 'network inspect', 'network disconnect', 'network rm'],
      lines: [],
    });
  });

  it('reports a network that Docker never removes, and does not fail', async () => {
    const { lines } = await remove(Array(100).fill(IN_USE));
    equal(lines.length, 1);
  });

  it('fails for any other reason', async () => {
    await rejects(remove(Array(100).fill('permission denied')), /permission denied/);
  });
});
