import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  guarded,
  readEnvironment,
  serviceEnvironment,
  wholeNumber,
} from '../../../../services/shared/runtime/config.ts';

const schema = guarded(serviceEnvironment);
const read = (environment: Record<string, string | undefined>) => readEnvironment(schema, environment);

describe('the environment', () => {
  test('need not be there', () => {
    assert.deepEqual(read({}), {
      HOST: '127.0.0.1',
      APP_PORT: 0,
      DAPR_HOST: '127.0.0.1',
      DAPR_HTTP_PORT: 3500,
      LOG_LEVEL: 'info',
      SHUTDOWN_SECONDS: 20,
    });
  });

  test('counts an empty variable as one that is not there, and leaves out what is not ours', () => {
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
    test(`is refused with ${name}=${value}, by name and not by value`, () => {
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

  test('is refused with the names of all that is bad', () => {
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
    test(`${needsToken ? 'needs APP_API_TOKEN' : 'needs no token'} to listen on ${HOST}`, () => {
      assert.equal(read({ HOST, APP_API_TOKEN: 'x' }).HOST, HOST);
      if (needsToken) assert.throws(() => read({ HOST }), { message: /APP_API_TOKEN: is required/ });
      else assert.equal(read({ HOST }).HOST, HOST);
    });
  }
});

test('a whole number stays within its bounds', () => {
  const number = wholeNumber(7, { min: 1, max: 9 });
  assert.equal(number.parse(undefined), 7);
  for (const good of ['1', '9']) assert.equal(number.parse(good), Number(good));
  for (const bad of ['0', '10', '1.5', 'x', '1e3', '5 apples'])
    assert.ok(!number.safeParse(bad).success, bad);
});
