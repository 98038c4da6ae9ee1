import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatDate, oneLine } from '../../../services/notification/format-text.ts';
import { messageFor } from '../../../services/notification/message.ts';
import { FAILURES } from '../../../services/shared/jobs/failures.ts';
import { done, failed } from './mp3-events.ts';

describe('messageFor › a job that is done', () => {
  it('shows name, length, size, link and expiry, in HTML and in text', () => {
    const { subject, html, text } = messageFor(done({ filename: 'holiday.mp4' }));
    assert.equal(subject, 'Your MP3 is ready: holiday.mp4');
    for (const part of ['holiday.mp4', '10:00', '7.9 MB', '2 January 2126, 03:04 UTC']) {
      assert.ok(html.includes(part), part);
      assert.ok(text.includes(part), part);
    }
    assert.ok(text.includes('\nhttps://example.org/download/1?expires=2&signature=3\n'));
    assert.ok(html.includes('href="https://example.org/download/1?expires=2&amp;signature=3"'));
  });

  it('loads nothing from other servers', () => {
    assert.doesNotMatch(messageFor(done()).html, /<(img|script|link|iframe|style)|url\(|src=/i);
  });

  it('starts with a tag, because the SMTP binding unquotes a body in quotation marks', () => {
    for (const filename of ['"a"', '`a`', "'a'", '\\']) {
      assert.match(messageFor(done({ filename })).html, /^<!doctype html>[\s\S]*<\/html>\n$/);
    }
  });

  it('refuses a link that is not a web address', () => {
    const mp3 = { size: 1, duration_seconds: 1, download_url: 'javascript:alert(1)' };
    assert.throws(() => messageFor(done({ mp3 })), TypeError);
  });
});

describe('messageFor › a job that failed', () => {
  for (const code of Object.keys(FAILURES)) {
    it(`has a sentence of its own for ${code}, and the reason`, () => {
      const { subject, html, text } = messageFor(failed(code));
      assert.equal(subject, 'Could not be converted: a.mp4');
      assert.doesNotMatch(html, /Something went wrong/);
      for (const body of [html, text]) {
        assert.ok(body.includes('the detail'));
        assert.ok(body.includes(code));
      }
    });
  }

  it('has a general sentence for an unknown code, also where Object has a member of that name', () => {
    for (const code of ['other', 'constructor', '__proto__']) {
      assert.match(messageFor(failed(code)).html, /Something went wrong/);
    }
  });
});

describe('messageFor › a hostile file name', () => {
  const table: [string, string, string][] = [
    ['HTML as text', '<img src=x onerror=alert(1)>.mp4', '<img src=x onerror=alert(1)>.mp4'],
    ['an attribute as text', '" onclick="x', '" onclick="x'],
    ['a header on one line', 'a\r\nBcc: all@example.org\r\n\r\nbody', 'a Bcc: all@example.org body'],
    ['other line ends as spaces', 'a\u2028b\u2029c\u0085d\0e', 'a b c d e'],
    ['a name that would read backwards without its direction mark', 'a\u202e3pm.exe', 'a 3pm.exe'],
    ['half a surrogate pair as a replacement character', 'a\ud800b', 'a\ufffdb'],
    ['«your video» for an empty name', '\r\n', 'your video'],
    ['another script unchanged', '日本語 🎵.mp4', '日本語 🎵.mp4'],
  ];
  for (const [name, filename, shown] of table) {
    it(`shows ${name}`, () => {
      const { subject, html, text } = messageFor(done({ filename }));
      assert.equal(subject, `Your MP3 is ready: ${shown}`);
      assert.ok(text.startsWith(`Your MP3 is ready\n\n${shown}\n`));
      assert.doesNotMatch(html, /<img|" onclick/);
    });
  }

  it('cuts a very long name between characters', () => {
    const { subject, html } = messageFor(done({ filename: '🎵'.repeat(10_000) }));
    assert.equal(subject, `Your MP3 is ready: ${'🎵'.repeat(69)}…`);
    assert.ok(html.length < 5000);
  });
});

it('formatDate and oneLine format what a mail shows', () => {
  assert.equal(formatDate('2025-12-01T14:05:59.999Z'), '1 December 2025, 14:05 UTC');
  assert.equal(oneLine('  a \t b  ', 9), 'a b');
  assert.equal(oneLine('می\u200cخواهم\u202e\u200d', 20), 'می\u200cخواهم \u200d');
});
