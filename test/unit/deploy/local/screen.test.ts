import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { screen } from '../../../../deploy/local/screen.ts';

const PLAIN = {
  inspectors: [],
  watch: false,
  gatewayPort: 8080,
  mails: 'http://localhost:1080',
  logs: '.data/logs',
};

describe('screen', () => {
  it('ends with the line that says to open the page', () => {
    const lines = screen({ ...PLAIN, gatewayPort: 9090, reused: [] })
      .trimEnd()
      .split('\n');
    assert.match(lines.at(-1) ?? '', /^ {2}Open http:\/\/localhost:9090 in a browser\b/);
  });

  it('names the debuggers, what happens on a save, and the servers that go on', () => {
    const text = screen({ ...PLAIN, inspectors: [['auth', 9229]], watch: true, reused: ['mysql'] });
    assert.match(text, /Debug auth {8}127\.0\.0\.1:9229\n/);
    assert.match(text, /Saved files/);
    assert.match(text, /except mysql, which npm run setup started/);
  });

  it('has the words for which Visual Studio Code waits', () => {
    assert.match(screen({ ...PLAIN, reused: [] }), /mp3converter runs\./);
  });
});
