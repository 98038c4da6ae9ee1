import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timelineSvg } from '../../bench/timeline-svg.ts';

const STAGES = [
  { name: 'encode', begin: 1, end: 5 },
  { name: 'check', begin: 5, end: 8 },
  { name: 'store', begin: 5, end: 6 },
  { name: 'publish', begin: 8, end: 8.004 },
];

const barsOf = (svg: string) =>
  [...svg.matchAll(/<rect class="bar" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map(
    ([, x, y, width]) => ({ from: Number(x), y: Number(y), to: Number(x) + Number(width) }),
  );
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

describe('timelineSvg(title, stages)', () => {
  const svg = timelineSvg('A <film> & "sound"', STAGES);

  it('has a bar for each stage in a row of its own, on one clock', () => {
    const [encode, check, store, publish] = barsOf(svg);
    assert.ok(encode && check && store && publish);
    const second = (encode.to - encode.from) / 4;
    assert.ok(
      Math.abs(check.from - encode.to) < 0.1 && Math.abs((check.to - check.from) / second - 3) < 0.01,
    );
    assert.deepEqual(new Set(barsOf(svg).map(({ y }) => y)).size, STAGES.length);
  });

  it('shows stages that overlap in time as bars that overlap', () => {
    const [, check, store] = barsOf(svg);
    assert.equal(store?.from, check?.from);
    assert.ok((store?.to ?? 0) < (check?.to ?? 0));
  });

  it('shows a stage of milliseconds, too', () => {
    const publish = barsOf(svg).at(-1);
    assert.ok(publish && publish.to - publish.from > 1);
  });

  it('writes names, lengths and seconds as text', () => {
    const texts = textsOf(svg);
    for (const text of ['encode', '4.00 s', 'publish', '0.004 s', '0 s', '8 s'])
      assert.ok(texts.includes(text), `${text} is not in ${texts.join()}`);
  });

  it('is an image with a title and a description for those who do not see it', () => {
    assert.match(svg, /role="img" aria-labelledby="title description"/);
    assert.match(svg, /<title id="title">A &lt;film&gt; &amp; &quot;sound&quot;<\/title>/);
    assert.match(svg, /<desc id="description">encode: from 1\.00 s to 5\.00 s\. check: from/);
  });

  it('has colours for light and for dark', () => {
    assert.match(svg, /\.bar \{ fill: #0969da; \}\n {2}@media \(prefers-color-scheme: dark\) \{/);
  });

  for (const [end, ticks] of [
    [0.37, ['0 s', '0.05 s', '0.35 s']],
    [9.9, ['0 s', '1 s', '9 s']],
    [3600, ['0 s', '500 s', '3500 s']],
  ] as const)
    it(`divides ${end} s into at most eleven round times`, () => {
      const texts = textsOf(timelineSvg('', [{ name: 'encode', begin: 0, end }]));
      for (const tick of ticks) assert.ok(texts.includes(tick), `${tick} is not in ${texts.join()}`);
      assert.ok(texts.length <= 3 + 11);
    });

  it('draws no stage at all where there is none', () => {
    assert.deepEqual(barsOf(timelineSvg('', [])), []);
  });
});
