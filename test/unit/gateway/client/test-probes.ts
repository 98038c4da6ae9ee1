import type { Question } from '../../../../services/gateway/probe/ask-converter.ts';
import type { ProbeResult } from '../../../../services/shared/jobs/probe.ts';

const TRACK = {
  type: 'audio',
  codec: 'aac',
  duration_seconds: 60,
  language: null,
  title: null,
  channels: null,
  selected: false,
} as const;

/** What a converter says of a film of a minute. */
export const probeAnswer = (fields: Partial<ProbeResult> = {}): ProbeResult => ({
  format: 'matroska,webm',
  complete: true,
  duration_seconds: 60,
  tracks: [
    { ...TRACK, index: 0, type: 'video', position: null, codec: 'h264' },
    { ...TRACK, index: 1, position: 1, language: 'eng', channels: 1, title: 'Commentary' },
    { ...TRACK, index: 2, position: 2, language: 'deu', channels: 6, selected: true },
  ],
  sound: { sample_rate: 48_000, channels: 6 },
  tags: { title: 'Alien' },
  chapters: [{ start_seconds: 0, end_seconds: 60, title: 'One' }],
  cover: true,
  options: { quality: 2 },
  expected: { size: 1_420_000, duration_seconds: 60, seconds: 1.2 },
  warnings: [{ code: 'downmixed', detail: 'The 6 channels of the video were mixed to stereo.' }],
  error: null,
  ...fields,
});

export interface Asked extends Omit<Question, 'ends'> {
  head: number;
  tail: number;
  size: number;
  bytes: Buffer;
}

/** Answers probes, and keeps what was asked. A test may replace the answer. */
export function createTestProbes() {
  const probes = {
    asked: [] as Asked[],
    answer: (_asked: Asked): ProbeResult | Promise<ProbeResult> => probeAnswer(),
    async ask({ ends, ...question }: Question): Promise<ProbeResult> {
      const { headBytes: head, tailBytes: tail, size, pieces } = ends;
      const asked = { ...question, head, tail, size, bytes: Buffer.concat(pieces) };
      probes.asked.push(asked);
      return probes.answer(asked);
    },
  };
  return probes;
}
