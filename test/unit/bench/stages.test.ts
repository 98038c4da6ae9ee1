import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from '../../bench/report.ts';
import { reportStages, stagesIn } from '../../bench/stages.ts';
import { LOG_MESSAGES } from '../../support/log-messages.ts';

const LOGGED = [
  { stage: 'queue', begin: 0, end: 0.5 },
  { stage: 'fetch', begin: 0.5, end: 2 },
];
const log = (...lines: object[]): string => lines.map((line) => JSON.stringify(line)).join('\n');
const line = (job_id: string) => ({
  ...{ job_id, msg: LOG_MESSAGES.stages, time: '2026-01-02T03:04:10.000Z', stages: LOGGED },
});
const upload = { beganAt: Date.parse('2026-01-02T03:04:05.000Z'), seconds: 3.1 };

describe('stagesIn(log, job, upload)', () => {
  it('puts the stages of the job behind its upload, on the clock that begins with it', () => {
    const text = `not JSON\n${log({ job_id: 'one', msg: 'MP3 made' }, line('other'), line('one'))}\n{"job_id":"one`;
    assert.deepEqual(stagesIn(text, 'one', upload), [
      { name: 'upload', begin: 0, end: 3.1 },
      { name: 'queue', begin: 3, end: 3.5 },
      { name: 'fetch', begin: 3.5, end: 5 },
    ]);
  });

  it('has none of a job whose stages are not logged yet', () => {
    assert.equal(stagesIn(log({ job_id: 'one', msg: 'MP3 made' }, line('other')), 'one', upload), undefined);
  });
});

describe('reportStages', () => {
  it('has a row for each stage, in their order, with a value for each run that had it', () => {
    const rows: Row[] = [];
    const report = { heading: () => undefined, row: (row: Row) => void rows.push(row) };
    reportStages(report, [
      [
        { name: 'upload', begin: 0, end: 2 },
        { name: 'encode', begin: 2, end: 6 },
        { name: 'join', begin: 5, end: 5.5 },
      ],
      [
        { name: 'upload', begin: 0, end: 1 },
        { name: 'encode', begin: 1, end: 4 },
      ],
    ]);
    assert.deepEqual(
      rows.map(({ name, values, note }) => [name, values, note]),
      [
        ['stage upload', [2, 1], undefined],
        ['stage encode', [4, 3], undefined],
        ['stage join', [0.5], 'a part of encode'],
      ],
    );
  });
});
