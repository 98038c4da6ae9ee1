import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timelineExpression } from '../../../../services/converter/ffmpeg/timeline.ts';

describe('timelineExpression', () => {
  it('holds nothing that would end it within a filter graph', () => {
    const expression = timelineExpression({ filmStartSeconds: -0.25, startSeconds: 1e-7 });
    assert.match(expression, /^[\w()+\-*/.,;<>]+$/);
  });
});
