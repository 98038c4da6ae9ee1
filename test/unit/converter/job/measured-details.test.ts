import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measuredDetails } from '../../../../services/converter/job/measured-details.ts';
import { MAX_ATTACHMENT_BYTES } from '../../../../services/shared/blobs/manifest.ts';
import { fromAttachment, toAttachment } from '../../../../services/shared/jobs/attached-details.ts';
import { CONVERSION_STEPS, MAX_PEAKS, mp3Details } from '../../../../services/shared/jobs/mp3-details.ts';

const SOUND = { integrated: -16.04, truePeak: -0.96, peaks: [0, 0.5, 1, 1.7] };
const detailsOf = (sound: Partial<typeof SOUND> | Record<string, unknown>) =>
  measuredDetails(
    { seconds: 10, checked: { begin: 0, end: 1000 }, sound: { ...SOUND, ...sound } },
    { bytes: 160_000, steps: [] },
  );

describe('measuredDetails', () => {
  it('states bit rate, loudness and true peak to a tenth, and levels up to full scale in a byte', () => {
    assert.deepEqual(detailsOf({}), {
      ...{ bitrate_kbps: 128, integrated_lufs: -16, true_peak_dbtp: -1 },
      ...{ peaks: [0, 128, 255, 255], steps: [] },
    });
  });

  for (const level of [undefined, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
    it(`states null for a level of ${level}`, () => {
      const details = detailsOf({ integrated: level, truePeak: level });
      assert.deepEqual([details.integrated_lufs, details.true_peak_dbtp], [null, null]);
    });
  }

  it('comes back out of the attachment of a blob, which is small, as it was', () => {
    const steps = CONVERSION_STEPS.map((step) => ({ step, seconds: 12_345.678 }));
    const details = { ...detailsOf({ peaks: Array.from({ length: MAX_PEAKS }, () => 0.9) }), steps };
    const attachment = toAttachment(details);
    assert.ok(JSON.stringify(attachment).length < MAX_ATTACHMENT_BYTES / 4);
    const read = fromAttachment(JSON.parse(JSON.stringify(attachment)));
    assert.deepEqual(read, details);
    mp3Details.parse({ ...read, chapters: [], cover: null });
  });

  for (const attachment of [undefined, {}, { details: null }, { details: { peaks: '?' } }, { other: 1 }]) {
    it(`has none in the attachment ${JSON.stringify(attachment)}`, () => {
      assert.equal(fromAttachment(attachment), undefined);
    });
  }
});
