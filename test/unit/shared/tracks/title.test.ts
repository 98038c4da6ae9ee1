import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TitleTags, titleOf } from '../../../../services/shared/tracks/title.ts';

describe('titleOf', () => {
  const table: [name: string, tags: TitleTags, title: string | null][] = [
    ['returns null without tags', {}, null],
    ['prefers the title to the name of the handler', { title: 'Film', handler_name: 'Other' }, 'Film'],
    ['takes the name of the handler', { handler_name: 'Director’s commentary' }, 'Director’s commentary'],
    ['ignores the name that ffmpeg gives to handlers', { handler_name: 'SoundHandler' }, null],
    ['ignores the name that Apple gives to handlers', { handler_name: 'Core Media Audio' }, null],
    ['ignores a name that says «stereo» alone', { handler_name: 'Stereo' }, null],
    ['removes control characters', { title: 'a\u202eb\nc' }, 'a b c'],
    ['returns null for white space', { title: ' \n ' }, null],
    ['shortens a long title', { title: 'é'.repeat(1000) }, 'é'.repeat(100)],
  ];
  for (const [name, tags, title] of table) it(name, () => assert.equal(titleOf(tags), title));
});
