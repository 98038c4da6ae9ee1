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

  it('spells characters that would control the terminal', () => {
    const words = ["it's\x1b[2J\\.mp4", 'a\n\u202eb', 'ü é'].map(shellWord);
    assert.deepEqual(words, ["$'it\\'s\\033[2J\\\\.mp4'", "$'a\\012\\342\\200\\256b'", "'ü é'"]);
  });
});
