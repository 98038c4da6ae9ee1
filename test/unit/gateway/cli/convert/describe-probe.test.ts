import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeProbe } from '../../../../../services/gateway/cli/convert/describe-probe.ts';
import { probeAnswer } from '../../client/test-probes.ts';

const file = { name: 'alien.mkv', size: 734_003_200 };

describe('describeProbe', () => {
  it('shows what the file is, which track is taken, and what MP3 to expect', () => {
    assert.deepEqual(describeProbe(file, probeAnswer()), [
      'alien.mkv  734.0 MB',
      '  format    matroska,webm',
      '  length    1:00',
      '  tracks      video  h264',
      '              1      aac, eng, 1 channel, Commentary',
      '            * 2      aac, deu, 6 channels',
      '  tags      title: Alien',
      '  chapters  1',
      '  cover     yes',
      '  MP3       about 1.4 MB, 1:00, converted in about 0:01',
      '  notes     The 6 channels of the video were mixed to stereo.',
    ]);
  });

  it('says what is unknown', () => {
    const unknown = probeAnswer({
      ...{ format: '', complete: false, duration_seconds: null, tracks: [], tags: {}, chapters: [] },
      ...{ cover: false, warnings: [] },
      expected: { size: null, duration_seconds: null, seconds: null },
    });
    assert.deepEqual(describeProbe(file, unknown), [
      'alien.mkv  734.0 MB',
      '  format    unknown',
      '  length    unknown',
      '  MP3       size unknown',
      '            Not all is known, because only the ends of the file were read.',
    ]);
  });

  it('expects no MP3 of a file that cannot be converted', () => {
    const lines = describeProbe(file, probeAnswer({ error: { code: 'no_audio', detail: 'no sound' } }));
    assert.doesNotMatch(lines.join('\n'), /MP3/);
  });

  it('lets no text of the file control the terminal', () => {
    const hostile = probeAnswer({ tags: { title: 'a\u001b[2J\nb\u202e' }, format: '\u001b]0;x' });
    assert.doesNotMatch(describeProbe({ ...file, name: '\u001b[2J' }, hostile).join(''), /[\p{Cc}\p{Cf}]/u);
  });
});
