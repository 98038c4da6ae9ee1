import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../../services/converter/completeness/judge.ts';
import { chooseTrack } from '../../../services/converter/ffmpeg/probe/choose-track.ts';
import { normalize } from '../../../services/converter/loudness/normalize.ts';
import { applyOptions } from '../../../services/converter/tags/apply-options.ts';
import { buildTag } from '../../../services/converter/tags/build-tag.ts';
import { readTags } from '../../../services/converter/tags/read-tags.ts';
import { NO_SOURCE_TAGS } from '../../../services/converter/tags/source-tags.ts';
import {
  conversionWarnings,
  downmixWarnings,
  NOT_COPIED,
} from '../../../services/converter/transcode/conversion-warnings.ts';
import { type JobWarning, WARNINGS } from '../../../services/shared/jobs/warnings.ts';
import { sourceTrack } from '../../support/source-track.ts';
import { unconfined } from '../../support/tools.ts';

function ofConversion(): JobWarning[] {
  const jump = { atSeconds: 10, seconds: 120 };
  return conversionWarnings({
    encoded: {
      decoded: {
        ...{ samples: 0, rates: [48_000], packets: 2, refused: 2 },
        ...{ placed: { silence: 0, jumps: [] }, outOfMemory: false },
      },
      packets: { count: 2, sumSeconds: 20, endSeconds: 20 },
      seconds: 20,
    },
    timeline: { filmStartSeconds: 0, jumps: [jump], startSeconds: 0, lengthSeconds: 20 },
    channels: { source: 6, output: 1 },
  });
}

const ofTracks = (first: Parameters<typeof sourceTrack>[0]): JobWarning[] =>
  chooseTrack([sourceTrack(first), sourceTrack({ index: 1, position: 2, title: 'Übersetzung' })]).warnings;

function ofLoudness(integrated: number | undefined): Promise<JobWarning[]> {
  const loudness = async () => ({ integrated, truePeak: -1 });
  return normalize({ target: -16, measureSource: loudness, encode: loudness });
}

async function ofCover(): Promise<JobWarning[]> {
  const { warnings } = await buildTag({
    ...{
      ffmpeg: unconfined('/nowhere'),
      folder: '/nowhere',
      inputArguments: [],
      signal: new AbortController().signal,
    },
    ...{ source: NO_SOURCE_TAGS, options: { cover: 'frame' }, durationSeconds: 1 },
    timeline: { startSeconds: 0, lengthSeconds: 1 },
  });
  return warnings;
}

async function allWarnings(): Promise<JobWarning[]> {
  const cut = [{ end: 'cut' }, { end: 'cut', soundSeconds: 90 }] as const;
  const judged = [...cut, { end: 'whole', soundSeconds: 4000 } as const].map((extent) =>
    judge(extent, { endSeconds: 6.5, sumSeconds: 6.5 }),
  );
  const long = 'x'.repeat(5000);
  const chapters = Array.from({ length: 3000 }, (_, start) => ({ start, end: start + 1 }));
  const asked = [{ title: long }, { comment: '\0' }, { date: 'last summer' }];
  return [
    ...judged.filter((warning) => warning !== undefined),
    ...[...ofConversion(), ...downmixWarnings({ source: 8, output: 2 })],
    ...ofTracks({ isDecodable: false, language: 'eng' }),
    ...ofTracks({ isEncrypted: true }),
    ...[...(await ofLoudness(undefined)), ...(await ofLoudness(-30)), ...(await ofCover())],
    ...asked.flatMap((options) => applyOptions({ chapters: [] }, options).warnings),
    ...readTags({ ...NO_SOURCE_TAGS, format: { title: long, comment: long }, chapters }).warnings,
    NOT_COPIED,
  ];
}

describe('warnings of the converter', async () => {
  const warnings = await allWarnings();

  it('have all codes that are documented', () => {
    const codes = new Set(warnings.map(({ code }) => code));
    assert.deepEqual([...codes].sort(), Object.keys(WARNINGS).sort());
  });

  for (const { code, detail } of warnings) {
    it(`say in whole sentences: ${code}: ${detail}`, () => {
      assert.match(detail, /^[A-Z][^\n]*[^.\s]\.$/);
      for (const sentence of detail.split(/(?<=\.) /)) assert.match(sentence, /^[A-Z]/);
    });
  }
});
