import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { warningText } from '../../../../../../services/gateway/page/app/jobs/result/warning-text.ts';
import { loadTexts } from '../../../../../../services/gateway/page/app/text/language.ts';
import { type JobWarning, WARNINGS } from '../../../../../../services/shared/jobs/warnings.ts';

before(() => loadTexts('films', 'result'));

const NUMBERS = { seconds: 12.34, of_seconds: 1800, at_seconds: 312 };

describe('warningText(warning)', () => {
  for (const code of Object.keys(WARNINGS)) {
    it(`has a sentence of its own for ${code}, without a gap`, () => {
      const text = warningText({ code, detail: 'the detail', ...NUMBERS });
      assert.match(text, /^[A-Z].*[^}]\.?$/);
      assert.doesNotMatch(text, /the detail|[{}]/);
    });
  }

  const EXPECTED: [warning: Omit<JobWarning, 'detail'>, text: string][] = [
    [
      { code: 'truncated', seconds: 754, of_seconds: 1800 },
      'The end of the film is missing. 12:34 of 30:00 were there, and all of that is in the MP3.',
    ],
    [
      { code: 'truncated', seconds: 59.4 },
      'The end of the recording is missing. 59 sec were there, and all of that is in the MP3.',
    ],
    [
      { code: 'gap_closed', seconds: 75, at_seconds: 0 },
      'The sound begins 1:15 after the film. The silence before it was left out.',
    ],
    [
      { code: 'gap_closed', seconds: 75, at_seconds: 312 },
      'At 5:12, the recording pauses for 1:15. The pause was left out.',
    ],
  ];
  for (const [warning, text] of EXPECTED) {
    it(`says: ${text}`, () => {
      assert.equal(warningText({ detail: 'the detail', ...warning }), text);
    });
  }

  it('quotes the gateway when a number is missing or the code is unknown', () => {
    for (const code of ['damaged', 'gap_closed', 'melted', 'constructor'])
      assert.equal(warningText({ code, detail: 'the detail' }), 'the detail');
  });
});
