import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandError, messageOf } from '../../../../services/gateway/cli/errors.ts';
import {
  ClientError,
  ConnectionLostError,
  ForeignResponseError,
  InvalidResponseError,
  ProblemError,
  RedirectError,
  UnreachableError,
} from '../../../../services/gateway/client/http/errors.ts';

describe('messageOf', () => {
  const rows: [error: unknown, message: string][] = [
    [new UnreachableError('Nothing answers.'), 'Nothing answers. Is it running? Start it with: npm start'],
    [new ConnectionLostError('It broke off.'), 'It broke off.'],
    [
      new ForeignResponseError('HTTP 404.', { status: 404, retryAfterSeconds: undefined }),
      'HTTP 404. Is --url right?',
    ],
    [
      new InvalidResponseError('Unexpected.'),
      'Unexpected. Is --url right, and is the gateway of the same version?',
    ],
    [new RedirectError('It redirects.'), 'It redirects. Give that address as --url.'],
    [new ProblemError('so it is', { status: 404, code: 'not_found' }), 'so it is (not_found)'],
    [
      new ProblemError('send the code', { status: 403, code: 'second_factor_required' }),
      'send the code (second_factor_required) A command asks for it on a terminal when it begins, or takes it from $MP3_CODE. A script uses an API key instead: make one on your account page of the gateway, and put it into $MP3_API_KEY.',
    ],
    [new CommandError('The disk is full.'), 'The disk is full.'],
    ['a text', 'a text'],
  ];
  for (const [error, message] of rows) {
    const kind = error instanceof Error ? error.constructor.name : 'any other value';
    it(`returns “${message}” for ${kind}`, () => assert.equal(messageOf(error), message));
  }

  it('names no npm script where the program was installed as a package', (context) => {
    Object.assign(globalThis, { MP3CONVERTER_VERSION: '1.2.3' });
    context.after(() => Reflect.deleteProperty(globalThis, 'MP3CONVERTER_VERSION'));
    const message = messageOf(new UnreachableError('Nothing answers.'));
    assert.equal(message, 'Nothing answers. Is it running, and is --url right?');
  });

  it('replaces control characters in a text of the server', () => {
    assert.equal(messageOf(new ClientError('a\x1b[2Jb')), 'a�[2Jb');
  });

  it('replaces those of a path, and keeps the lines of a message', () => {
    assert.equal(messageOf(new CommandError('a\x1b[2Jb:\n  c')), 'a�[2Jb:\n  c');
  });
});
