import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adviceText,
  failureText,
  remedyOf,
} from '../../../../../services/gateway/page/app/jobs/failure-text.ts';
import { FAILURES } from '../../../../../services/shared/jobs/failures.ts';

const failedWith = (code: string, options = {}) => ({ options, error: { code, detail: 'the detail' } });

describe('the explanation of a failed job', () => {
  for (const code of Object.keys(FAILURES)) {
    it(`has a sentence and advice of its own for ${code}`, () => {
      const failed = failedWith(code);
      assert.ok(!failureText(failed).includes('the detail'));
      assert.match(failureText(failed), /^[A-Z].*\.$/);
      assert.match(adviceText(failed), /^[A-Z].*\.$/);
    });
  }

  it('quotes the gateway for an unknown code, which a later release may have', () => {
    for (const code of ['melted', 'toString', '__proto__'])
      assert.equal(failureText(failedWith(code)), 'The film could not be converted: the detail');
  });

  it('says how to get the existing sound when the job required a complete film', () => {
    const strict = failedWith('truncated', { strict: true });
    assert.match(failureText(strict), /only a complete one/);
    assert.equal(remedyOf(strict), 'options');
  });

  const REMEDIES: [code: string, remedy: string][] = [
    ['gave_up', 'retry'],
    ['conversion_failed', 'retry'],
    ['a_later_code', 'retry'],
    ['unknown_track', 'options'],
    ['unsupported_codec', 'options'],
    ['too_long', 'options'],
    ['no_audio', 'file'],
    ['encrypted', 'file'],
    ['not_media', 'file'],
    ['truncated', 'file'],
    ['video_gone', 'file'],
  ];
  for (const [code, remedy] of REMEDIES) {
    it(`knows that ${code} asks for: ${remedy}`, () => {
      assert.equal(remedyOf(failedWith(code)), remedy);
    });
  }
});
