import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KINDS, titleOf } from '../../hostile/hostile-file.ts';
import { hostileFiles } from '../../hostile/kinds/index.ts';

const TARGETS = { port: 9, socket: '/socket', text: '/secret.txt', film: '/secret.mp3', absent: '/absent' };
const OPTIONS = { seed: 1, mutations: 30, only: '', isShort: false };
const titles = (options: Partial<typeof OPTIONS> = {}, targets = TARGETS): string[] =>
  hostileFiles({ ...OPTIONS, ...options }, targets).map(titleOf);

describe('the hostile corpus', () => {
  it('has files of every kind, and no two have one name', () => {
    const all = titles();
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual(new Set(hostileFiles(OPTIONS, TARGETS).map(({ kind }) => kind)), new Set(KINDS));
  });

  it('has the same names wherever the targets of the files are', () => {
    assert.deepEqual(titles({}, { ...TARGETS, port: 10, film: '/elsewhere/film' }), titles());
  });

  it('chooses other files for another seed in a short run, and the same for the same', () => {
    const short = titles({ isShort: true });
    assert.ok(short.length < titles().length / 4);
    assert.deepEqual(titles({ isShort: true }), short);
    assert.notDeepEqual(titles({ isShort: true, seed: 2 }), short);
  });

  it('has no mutations where none are wanted', () => {
    assert.deepEqual(titles({ mutations: 0, only: '^(mutation|splice)' }), []);
  });

  it('chooses by kind and name', () => {
    assert.deepEqual(titles({ only: '^bomb gzip bomb$' }), ['bomb gzip bomb']);
  });
});
