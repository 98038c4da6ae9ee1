import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { invokePath, isInvokeUrl, PATHS, sidecarHeaders } from '../../../../services/shared/dapr/names.ts';

const services = join(import.meta.dirname, '../../../../services');

describe('the names of Dapr', () => {
  const OWN_TO_DAPR: [what: string, pattern: RegExp][] = [
    ['paths of its API', /\/v1\.0/],
    ['its token header', /dapr-api-token/i],
    ['its SDK', /@dapr\/dapr/],
    [
      'component names',
      /(?<!COMPONENTS\.|components\/)\bpubsub\b|«(store|mail)»|(component|binding) [`'"](store|mail)|bindings\/mail/,
    ],
  ];
  for (const [what, pattern] of OWN_TO_DAPR) {
    it(`keep ${what} within services/shared/dapr`, async () => {
      const found: string[] = [];
      for await (const file of glob('**/*.ts', { cwd: services, exclude: ['shared/dapr/**'] })) {
        const lines = (await readFile(join(services, file), 'utf8')).split('\n');
        lines.forEach((line, index) => {
          if (pattern.test(line)) found.push(`${file}:${index + 1}: ${line.trim()}`);
        });
      }
      assert.deepEqual(found, []);
    });
  }

  it('contain the path of a call to another app', () => {
    assert.equal(invokePath('auth', '/login'), '/v1.0/invoke/auth/method/login');
  });

  it('tell whether a URL leads through a sidecar', () => {
    assert.equal(isInvokeUrl(`http://localhost:3500${invokePath('gateway')}`), true);
    assert.equal(isInvokeUrl('https://mp3.example.org/upload'), false);
  });

  it('send the token header only where there is a token', () => {
    assert.deepEqual(sidecarHeaders('secret'), { 'dapr-api-token': 'secret' });
    assert.deepEqual(sidecarHeaders(undefined), {});
  });

  it('are those of the components', () => {
    assert.equal(PATHS.state, '/v1.0/state/store');
    assert.equal(PATHS.publish, '/v1.0/publish/pubsub');
    assert.equal(PATHS.mail, '/v1.0/bindings/mail');
  });
});
