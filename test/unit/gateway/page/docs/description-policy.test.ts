import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepMarkdownElements } from '../../../../../services/gateway/page/app/docs/description-policy.ts';

const KEPT: [what: string, html: string][] = [
  ['paragraphs and code', '<p>A stable <code>code</code>.</p>'],
  ['a list', '<ul>\n<li><p>one</p>\n</li>\n</ul>'],
  ['a table', '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>'],
  [
    'a link to another page',
    '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener">x</a>',
  ],
  ['a link within this page', '<a href="#/Jobs/get_jobs">x</a>'],
  ['text with signs', 'a &lt; b > c &amp; d'],
];

const DEFUSED: [what: string, html: string][] = [
  ['a script', '<script>alert(1)</script>'],
  ['an image', '<img src=x onerror=alert(1)>'],
  ['a handler', '<p onclick="alert(1)">x</p>'],
  ['a handler after a known attribute', '<a href="#" onclick="alert(1)">x</a>'],
  ['a link that runs a script', '<a href="javascript:alert(1)">x</a>'],
  ['a link that runs a script, in disguise', '<a href=" JaVaScRiPt:alert(1)">x</a>'],
  ['a style', '<p style="background:url(https://evil.example)">x</p>'],
  ['a frame', '<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
  ['SVG', '<svg><animate onbegin=alert(1)></svg>'],
  ['a form', '<form action="https://evil.example"><input name="password"></form>'],
  ['an element whose name begins like a known one', '<prescript>x</prescript>'],
  ['a slash instead of a space', '<p/onclick="alert(1)">x</p>'],
  ['a line break instead of a space', '<p\nonclick="alert(1)">x</p>'],
  ['an unfinished element', '<p title="x'],
  ['a comment', '<!-- <p> --!><img src=x>'],
  ['a value without quotes', '<a href=javascript:alert(1)>x</a>'],
];

describe('keepMarkdownElements', () => {
  for (const [what, html] of KEPT) {
    it(`leaves ${what}`, () => assert.equal(keepMarkdownElements(html), html));
  }

  for (const [what, html] of DEFUSED) {
    it(`shows ${what} as text`, () => {
      const kept = keepMarkdownElements(html);
      const tags = [...kept.matchAll(/<[^>]*>?/g)].map(([tag]) => tag);
      // Only elements without attributes are left, and those of the text stay text.
      for (const tag of tags) assert.match(tag, /^<\/?(p|a)>$/, kept);
      assert.equal(kept.replaceAll('&lt;', '<'), html);
    });
  }
});
