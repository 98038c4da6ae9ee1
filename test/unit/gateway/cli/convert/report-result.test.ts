import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportResult } from '../../../../../services/gateway/cli/convert/report-result.ts';
import {
  isAboutMissingSound,
  type JobWarning,
  WARNINGS,
} from '../../../../../services/shared/jobs/warnings.ts';
import { recordedReporter } from '../test-terminal.ts';

const SAVED = '✔ a.mp4 → a.mp3  7.9 MB, 42:00';
const warning = (code: string, detail = `The detail of ${code}.`): JobWarning => ({ code, detail });

function reported(warnings: JobWarning[], { quiet = false } = {}): string[] {
  const { lines, reporter } = recordedReporter({ quiet });
  const mp3 = { size: 7_869_623, sha256: 'ab'.repeat(32), duration_seconds: 2520 };
  reportResult({ name: 'a.mp4', where: 'a.mp3', mp3, warnings }, reporter);
  return lines;
}

describe('reportResult', () => {
  for (const code of [...Object.keys(WARNINGS), 'added_later']) {
    if (isAboutMissingSound({ code })) {
      it(`reports ${code} before the result, and with --quiet`, () => {
        const line = `⚠ a.mp4: The detail of ${code}.`;
        assert.deepEqual(reported([warning(code)]), [line, SAVED]);
        assert.deepEqual(reported([warning(code)], { quiet: true }), [line]);
      });
    } else {
      it(`reports ${code} as a note after the result, and not with --quiet`, () => {
        assert.deepEqual(reported([warning(code)]), [SAVED, `  Note: The detail of ${code}.`]);
        assert.deepEqual(reported([warning(code)], { quiet: true }), []);
      });
    }
  }

  it('reports missing sound first, whatever the order of the warnings', () => {
    assert.deepEqual(reported([warning('downmixed'), warning('truncated'), warning('damaged')]), [
      '⚠ a.mp4: The detail of truncated.',
      '⚠ a.mp4: The detail of damaged.',
      SAVED,
      '  Note: The detail of downmixed.',
    ]);
  });

  it('reports the result alone where there are no warnings', () => assert.deepEqual(reported([]), [SAVED]));

  it('replaces characters that would control the terminal, and shows the code where the detail is empty', () => {
    assert.deepEqual(reported([warning('truncated', '\x1b[2J\n✔ all is well'), warning('limited', '')]), [
      '⚠ a.mp4: �[2J�✔ all is well',
      SAVED,
      '  Note: limited',
    ]);
  });
});
