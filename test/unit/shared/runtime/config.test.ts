import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import {
  readEnvironment,
  requireTokenUnlessLoopback,
  serviceEnvironment,
  warnOfOldNames,
  wholeNumber,
} from '../../../../services/shared/runtime/config.ts';

const schema = requireTokenUnlessLoopback(serviceEnvironment);
const read = (environment: Record<string, string | undefined>) => readEnvironment(schema, environment);

describe('readEnvironment', () => {
  test('uses the defaults where no variable is set', () => {
    assert.deepEqual(read({}), {
      HOST: '127.0.0.1',
      APP_PORT: 0,
      DAPR_HOST: '127.0.0.1',
      DAPR_HTTP_PORT: 3500,
      LOG_LEVEL: 'info',
      SHUTDOWN_SECONDS: 20,
    });
  });

  test('treats an empty variable as not set, and ignores variables that are not in the schema', () => {
    const found = read({ HOST: '', APP_PORT: '', APP_API_TOKEN: '', PATH: '/bin' });
    assert.deepEqual(found, read({}));
  });

  const BAD: [name: string, value: string][] = [
    ['APP_PORT', 'secret1'],
    ['APP_PORT', '-1'],
    ['APP_PORT', '65536'],
    ['APP_PORT', '80.5'],
    ['DAPR_HTTP_PORT', '0'],
    ['LOG_LEVEL', 'secret2'],
    ['SHUTDOWN_SECONDS', '0'],
    ['SHUTDOWN_SECONDS', 'Infinity'],
  ];
  for (const [name, value] of BAD) {
    test(`refuses ${name}=${value} with an error that contains the name and not the value`, () => {
      assert.throws(
        () => read({ [name]: value }),
        ({ message }: Error) => {
          assert.match(message, new RegExp(`^  ${name}: `, 'm'));
          assert.doesNotMatch(message, /secret|65536|80\.5/);
          return true;
        },
      );
    });
  }

  test('throws one error with the names of all bad variables', () => {
    assert.throws(
      () => read({ APP_PORT: 'x', LOG_LEVEL: 'y', SHUTDOWN_SECONDS: 'z' }),
      ({ message }: Error) => {
        const names = message
          .split('\n')
          .slice(1)
          .map((line) => line.trim().split(':')[0]);
        assert.deepEqual(names, ['APP_PORT', 'LOG_LEVEL', 'SHUTDOWN_SECONDS']);
        return true;
      },
    );
  });

  const HOSTS: [host: string, needsToken: boolean][] = [
    ['127.0.0.1', false],
    ['::1', false],
    ['localhost', false],
    ['0.0.0.0', true],
    ['::', true],
    ['10.0.0.5', true],
    ['127.0.0.1.example.com', true],
  ];
  for (const [HOST, needsToken] of HOSTS) {
    test(`${needsToken ? 'requires' : 'does not require'} APP_API_TOKEN to listen on ${HOST}`, () => {
      assert.equal(read({ HOST, APP_API_TOKEN: 'x' }).HOST, HOST);
      if (needsToken) assert.throws(() => read({ HOST }), { message: /APP_API_TOKEN: is required/ });
      else assert.equal(read({ HOST }).HOST, HOST);
    });
  }
});

test('wholeNumber accepts whole numbers within its bounds and nothing else', () => {
  const number = wholeNumber(7, { min: 1, max: 9 });
  assert.equal(number.parse(undefined), 7);
  for (const good of ['1', '9']) assert.equal(number.parse(good), Number(good));
  for (const bad of ['0', '10', '1.5', 'x', '1e3', '5 apples'])
    assert.ok(!number.safeParse(bad).success, bad);
});

describe('readEnvironment with renamed variables', () => {
  const renamed = { OLD_SECONDS: 'NEW_SECONDS' };
  const renamedSchema = z.object({ NEW_SECONDS: wholeNumber(1, { max: 60 }) });

  const warningsFor = (environment: Record<string, string>) => {
    const warnings: unknown[] = [];
    const warn = (...line: unknown[]) => void warnings.push(line);
    warnOfOldNames(renamed, { warn }, environment);
    return warnings;
  };
  const names = { oldName: 'OLD_SECONDS', newName: 'NEW_SECONDS' };
  const CASES: { title: string; environment: Record<string, string>; value: number; warning?: string }[] = [
    { title: 'uses the default where neither name is set', environment: {}, value: 1 },
    { title: 'reads the new name without a warning', environment: { NEW_SECONDS: '2' }, value: 2 },
    {
      title: 'reads the old name, with a warning that names the new one',
      environment: { OLD_SECONDS: '3' },
      value: 3,
      warning: 'the environment variable OLD_SECONDS is still read, but its name is now NEW_SECONDS',
    },
    {
      title: 'reads the old name where the new one is empty',
      environment: { OLD_SECONDS: '3', NEW_SECONDS: '' },
      value: 3,
      warning: 'the environment variable OLD_SECONDS is still read, but its name is now NEW_SECONDS',
    },
    {
      title: 'prefers the new name where both are set, with a warning',
      environment: { OLD_SECONDS: '3', NEW_SECONDS: '4' },
      value: 4,
      warning: 'the environment variable OLD_SECONDS is ignored, because its name is now NEW_SECONDS',
    },
    { title: 'treats an empty old name as not set', environment: { OLD_SECONDS: '' }, value: 1 },
  ];
  for (const { title, environment, value, warning } of CASES) {
    test(title, () => {
      assert.equal(readEnvironment(renamedSchema, environment, renamed).NEW_SECONDS, value);
      assert.deepEqual(warningsFor(environment), warning ? [[names, warning]] : []);
    });
  }

  test('reports a bad value under the new name', () => {
    assert.throws(() => readEnvironment(renamedSchema, { OLD_SECONDS: '61' }, renamed), {
      message: /^ {2}NEW_SECONDS: /m,
    });
  });
});
