import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable, shellWord } from '../../../../../services/gateway/cli/terminal/text.ts';

describe('printable', () => {
  it('replaces characters that would control the terminal', () => {
    assert.equal(printable('a\x1b[2J\u202e.mp4'), 'a�[2J�.mp4');
  });
});

describe('shellWord', () => {
  it('quotes a text so that a shell reads it as one word', () => {
    assert.deepEqual(["it's a.mp3", 'a.mp3'].map(shellWord), ["'it'\\''s a.mp3'", 'a.mp3']);
  });
});
