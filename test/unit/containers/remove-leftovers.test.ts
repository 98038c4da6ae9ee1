import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { removeNetwork } from '../../containers/remove-leftovers.ts';

const HELD = 'Error response from daemon: error while removing network: network n has active endpoints';

/** A Docker that fails to remove a network, as often as there are errors, and has one container in it. */
const dockerThatSays = (errors: string[]) => {
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

const removed = async (errors: string[]) => {
  const { docker, calls } = dockerThatSays(errors);
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  await removeNetwork(docker, 'n', { report, signal: new AbortController().signal, pauseMs: 0 });
  return { calls, lines };
};

describe('a network that a test of containers has made', () => {
  it('is removed', async () => {
    deepEqual(await removed([]), { calls: ['network rm'], lines: [] });
  });

  it('is emptied by force and removed when Docker holds the place of a container that has gone', async () => {
    deepEqual(await removed([HELD]), {
      calls: ['network rm', 'network inspect', 'network disconnect', 'network rm'],
      lines: [],
    });
  });

  it('is reported, and spoils no result, when Docker never gives it back', async () => {
    const { lines } = await removed(Array(100).fill(HELD));
    equal(lines.length, 1);
  });

  it('is an error for any other reason', async () => {
    await rejects(removed(Array(100).fill('permission denied')), /permission denied/);
  });
});
