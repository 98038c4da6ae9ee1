import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConversionFailure } from '../../../../services/converter/failure.ts';
import { requireSuccess } from '../../../../services/converter/ffmpeg/encode.ts';

const ended = (killedBy: NodeJS.Signals) => () =>
  requireSuccess({
    ...{ code: null, killedBy, timedOut: false, output: '', isOutputTooLong: false },
    stderr: 'k 34811182 is too large',
  });

describe('requireSuccess', () => {
  for (const signal of ['SIGABRT', 'SIGSEGV', 'SIGFPE', 'SIGBUS', 'SIGILL', 'SIGSYS'] as const) {
    it(`fails the job where ffmpeg crashed with ${signal}, because it would crash again`, () => {
      assert.throws(ended(signal), (error: ConversionFailure) => {
        assert.ok(error instanceof ConversionFailure);
        assert.equal(error.code, 'conversion_failed');
        assert.doesNotMatch(error.message, /SIG|too large/);
        return true;
      });
    });
  }

  it('lets the job be tried again where ffmpeg was killed, as for lack of memory', () => {
    assert.throws(ended('SIGKILL'), (error) => !(error instanceof ConversionFailure));
  });
});
