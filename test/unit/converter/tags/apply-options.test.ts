import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyOptions } from '../../../../services/converter/tags/apply-options.ts';
import type { Tags } from '../../../../services/converter/tags/tags.ts';

const file: Tags = { title: 'T', artist: 'A', track: '4', chapters: [{ start: 0, end: 1, title: 'One' }] };

describe('applyOptions', () => {
  it('keeps the tags of the file without options', () => {
    assert.deepEqual(applyOptions(file, {}), { tags: file, warnings: [] });
  });

  it('replaces tags of the file, and adds others', () => {
    const { tags } = applyOptions(file, {
      title: 'Нове',
      comment: 'one\ntwo',
      date: '20200506',
      artist: undefined,
    });
    assert.deepEqual(tags, { ...file, title: 'Нове', comment: 'one\ntwo', date: '2020-05-06' });
  });

  it('drops all tags and chapters of the file with strip_tags, but none that are given', () => {
    const { tags } = applyOptions(file, { strip_tags: true, album: 'L' });
    assert.deepEqual(tags, { album: 'L', chapters: [] });
  });

  it('keeps coordinates that the owner gives on purpose', () => {
    assert.equal(applyOptions(file, { comment: '+52.5200+013.4050/' }).tags.comment, '+52.5200+013.4050/');
  });

  for (const options of [{ date: 'last summer' }, { title: '\0\x01' }, { genre: 'x'.repeat(500) }]) {
    it(`warns where ${JSON.stringify(options).slice(0, 30)} cannot be written as it is`, () => {
      const { tags, warnings } = applyOptions(file, options);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['tags_limited'],
      );
      assert.equal(tags.title, 'T');
    });
  }
});
