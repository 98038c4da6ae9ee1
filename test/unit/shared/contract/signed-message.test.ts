import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { callerToken, isCallerToken } from '../../../../services/shared/contract/caller-token.ts';
import { callerCheck, eventSecrets } from '../../../../services/shared/contract/event-secret.ts';
import {
  createSignedPublish,
  openMessage,
  signMessage,
} from '../../../../services/shared/contract/signed-message.ts';

const FIRST = 'the first secret of this system, for a test';
const SECOND = 'the second secret of this system, for a test';
const OTHER = 'the secret of another system, for a test';
const any = z.object({ name: z.string() });

/** JSON as the sidecar, a broker and another language may write it: other escapes, other spaces, other order. */
const rewritten = (data: object): unknown =>
  JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(data).toReversed()), null, 2));

describe('a signed message', () => {
  it('is signed as the contract says, so that other languages can check it', () => {
    const { payload, signature } = signMessage('mp3', { name: 'é' }, [FIRST]);
    assert.equal(payload, '{"name":"\\u00e9"}');
    const expected = createHmac('sha256', FIRST).update(`event\nmp3\n${payload}`).digest();
    assert.equal(signature, expected.toString('base64url'));
  });

  for (const name of [
    '',
    '$where',
    '{"$concat":["a","b"]}',
    '\0\u001f\u007f',
    '\ud800',
    '\u202e🎵',
    '\\u0041\n"',
  ]) {
    it(`keeps ${JSON.stringify(name)} byte for byte through JSON that is written anew`, () => {
      const data = signMessage('mp3', { name }, [FIRST]);
      assert.match(data.payload, /^[ -~]*$/);
      assert.deepEqual(openMessage('mp3', any, rewritten(data), [FIRST]), { name });
    });
  }

  const rotation: [step: string, publisher: [string, ...string[]], subscriber: [string, ...string[]]][] = [
    ['before a rotation', [FIRST], [FIRST]],
    ['when the subscriber knows the new secret already', [FIRST], [FIRST, SECOND]],
    ['when the publisher signs with the new one first', [SECOND, FIRST], [FIRST, SECOND]],
    ['when the old one is gone at the publisher', [SECOND], [SECOND, FIRST]],
    ['after the rotation', [SECOND], [SECOND]],
  ];
  for (const [step, publisher, subscriber] of rotation) {
    it(`is accepted ${step}`, () => {
      const data = signMessage('mp3', { name: 'x' }, publisher);
      assert.deepEqual(openMessage('mp3', any, data, subscriber), { name: 'x' });
    });
  }

  const good = signMessage('mp3', { name: 'x' }, [FIRST]);
  const forged: [what: string, data: unknown][] = [
    ['is missing', undefined],
    ['is null', null],
    ['is the message itself', { name: 'x' }],
    ['has no signature', { payload: good.payload }],
    ['has an empty signature', { ...good, signature: '' }],
    ['has a number as its signature', { ...good, signature: 0 }],
    ['has a list as its signature', { ...good, signature: [good.signature] }],
    ['has an object as its payload', { ...good, payload: { name: 'x' } }],
    ['has another payload', { ...good, payload: '{"name":"y"}' }],
    ['has a payload with one more space', { ...good, payload: `${good.payload} ` }],
    ['has a signature with padding', { ...good, signature: `${good.signature}=` }],
    ['has a signature that is cut', { ...good, signature: good.signature.slice(0, -1) }],
    ['is signed for another topic', signMessage('video', { name: 'x' }, [FIRST])],
    ['is signed with another secret', signMessage('mp3', { name: 'x' }, [OTHER])],
    ['is signed with a secret that is no longer accepted', signMessage('mp3', { name: 'x' }, [SECOND])],
    ['has the token of a caller as its signature', { ...good, signature: callerToken('mp3', [FIRST]) }],
  ];
  for (const [what, data] of forged) {
    it(`is refused when it ${what}`, () => {
      assert.throws(() => openMessage('mp3', any, data, [FIRST]), { code: 'forbidden' });
    });
  }

  it('is refused with another code when the system has signed it, and it does not match the schema', () => {
    const data = signMessage('mp3', { name: 7 }, [FIRST]);
    assert.throws(() => openMessage('mp3', any, data, [FIRST]), { code: 'bad_request' });
  });

  it('is what is published for each event', async () => {
    const published: unknown[] = [];
    const publish = createSignedPublish(async (...call) => void published.push(call), [FIRST, SECOND]);
    await publish('mp3', { name: 'x' });
    assert.deepEqual(published, [['mp3', good]]);
  });
});

describe('the token of a caller', () => {
  it('is valid for one app and the secrets of the system', () => {
    const token = callerToken('auth', [FIRST]);
    assert.ok(isCallerToken(token, 'auth', [SECOND, FIRST]));
    for (const [given, appId, secret] of [
      ['', 'auth', FIRST],
      [token, 'converter', FIRST],
      [token, 'auth', SECOND],
      [signMessage('auth', {}, [FIRST]).signature, 'auth', FIRST],
    ] as const)
      assert.ok(!isCallerToken(given, appId, [secret]));
  });
});

describe('EVENT_SECRET', () => {
  it('is one secret, or two with a comma between them', () => {
    assert.deepEqual(eventSecrets.parse(FIRST.replace(',', '')), [FIRST.replace(',', '')]);
    const two = ['x'.repeat(32), 'y'.repeat(40)];
    assert.deepEqual(eventSecrets.parse(two.join(',')), two);
  });

  for (const text of [
    '',
    'x'.repeat(31),
    `${'x'.repeat(32)},`,
    `${'x'.repeat(32)},short`,
    ['a', 'b', 'c'].map((x) => x.repeat(32)).join(','),
  ]) {
    it(`cannot be ${JSON.stringify(text)}`, () => {
      assert.ok(!eventSecrets.safeParse(text).success);
    });
  }

  it('is required of callers unless CALLER_CHECK is off', () => {
    assert.equal(callerCheck.parse(undefined), 'required');
    assert.equal(callerCheck.parse('off'), 'off');
    assert.ok(!callerCheck.safeParse('false').success);
  });
});
