import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpolate } from '../../../containers/compose-file.ts';

// The rules of the Compose specification, «Interpolation», that our file uses.
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: as it stands in a Compose file
const TABLE: [source: string, env: Record<string, string>, expected: string][] = [
  ['image: ${A_IMAGE:-a:1}', {}, 'image: a:1'],
  ['image: ${A_IMAGE:-a:1}', { A_IMAGE: 'b:2' }, 'image: b:2'],
  ['image: ${A_IMAGE:-a:1}', { A_IMAGE: '' }, 'image: a:1'],
  ['url: x://u:${P:?say npm run compose}@h', { P: 'p' }, 'url: x://u:p@h'],
  ['"$$(head -c 1)"', {}, '"$(head -c 1)"'],
  ['$$${A:-b}', {}, '$b'],
];

for (const [source, env, expected] of TABLE)
  test(`interpolate turns ${source} with ${JSON.stringify(env)} into ${expected}`, () =>
    assert.equal(interpolate(source, env), expected));

test('interpolate throws the message of a required variable that is missing', () => {
  assert.throws(() => interpolate('${P:?say npm run compose}', {}), /P.*say npm run compose/);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as it stands in a Compose file
