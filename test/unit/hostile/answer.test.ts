import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAILURES } from '../../../services/shared/jobs/failures.ts';
import { type Answer, faultsOf } from '../../hostile/attempt/answer.ts';
import { documentedCodes } from '../../hostile/attempt/oracle.ts';

const documented = documentedCodes();
const answer = (fields: Partial<Answer>): Answer => ({
  code: 'mp3',
  text: '{}',
  sentences: [],
  warnings: [],
  ...fields,
});
const faults = (fields: Partial<Answer>) => faultsOf(answer(fields), documented, 'mp3');

describe('documentedCodes', () => {
  it('reads every code of a failed job, and the warnings, from docs/api.md', () => {
    assert.deepEqual([...documented.failures].toSorted(), Object.keys(FAILURES).toSorted());
    assert.ok(documented.warnings.has('truncated'));
  });

  it('throws for a page without the table', () => {
    assert.throws(() => documentedCodes('# API\n'), /no table/);
  });
});

describe('faultsOf', () => {
  it('finds nothing wrong with an MP3 and with documented codes', () => {
    assert.deepEqual(faults({}), []);
    assert.deepEqual(faults({ code: 'not_media', sentences: ['this is not a video or audio file'] }), []);
    assert.deepEqual(faults({ warnings: ['truncated'] }), []);
  });

  const FAULTY: [name: string, fields: Partial<Answer>][] = [
    ['a code that nobody has documented', { code: 'error' }],
    ['a warning that nobody has documented', { warnings: ['strange'] }],
    ['an answer of a megabyte', { text: 'x'.repeat(1e6) }],
    ['a stack', { sentences: ['Error\n    at run (file:///app/run.js:1:2)'] }],
    ['a path', { sentences: ['cannot read /tmp/mp3converter-spool/1/input'] }],
    ['the log of ffmpeg', { sentences: ['[mov,mp4,m4a @ 0x55d1c0de] moov atom not found'] }],
    ['a signal', { sentences: ['ended by SIGSEGV'] }],
    ['an error of JavaScript', { sentences: ["Cannot read properties of undefined (reading 'x')"] }],
  ];
  for (const [name, fields] of FAULTY) {
    it(`finds ${name}`, () => assert.equal(faults(fields).length, 1));
  }
});
