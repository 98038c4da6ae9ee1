import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine, usage } from '../../../../deploy/local/command-line.ts';

const read = (...args: string[]) => readCommandLine(args, '/home/ann') ?? assert.fail('help was wanted');

describe('readCommandLine of npm start', () => {
  it('chooses sqlite and nodemailer, inspects nothing and does not watch by default', () => {
    assert.deepEqual(read(), {
      choice: { blobs: 'sqlite', mail: 'nodemailer' },
      inspect: new Map(),
      watch: false,
    });
  });

  it('resolves a folder of components against the folder of the caller', () => {
    assert.equal(read('--pubsub', './kafka').choice.pubsub, '/home/ann/kafka');
  });

  it('gives each inspected service a port of its own', () => {
    const names = ['gateway', 'auth', 'converter', 'notification'];
    const { inspect } = read(...names.flatMap((name) => ['--inspect', name]));
    assert.deepEqual([...inspect.keys()], names);
    assert.equal(new Set(inspect.values()).size, 4);
  });

  it('takes the port that is given with the name of a service', () => {
    assert.deepEqual([...read('--inspect', 'gateway=9300').inspect], [['gateway', 9300]]);
  });

  it('takes all options together with --watch', () => {
    const { choice, inspect, watch } = read('--watch', '--blobs', 'redis', '--inspect', 'auth=1');
    assert.deepEqual([choice.blobs, [...inspect], watch], ['redis', [['auth', 1]], true]);
  });

  for (const [text, reason] of [
    ['mailer', /it must name one of gateway, auth, converter, notification/],
    ['', /it must name one of/],
    ['gateway=', /from 1 to 65535/],
    ['gateway=0', /from 1 to 65535/],
    ['gateway=65536', /from 1 to 65535/],
    ['gateway=nine', /from 1 to 65535/],
  ] as const)
    it(`refuses --inspect with ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(`--inspect=${text}`), reason);
    });

  it('refuses an option that it does not know', () => {
    assert.throws(() => read('--inspec', 'gateway'), /Unknown option/);
  });

  it('returns undefined for --help, whose text explains every option', () => {
    assert.equal(readCommandLine(['--help'], '/'), undefined);
    for (const option of ['--pubsub', '--blobs', '--mail', '--inspect', 'npm run dev'])
      assert.ok(usage.includes(option), option);
  });
});
