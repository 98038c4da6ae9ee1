import * as z from 'zod';

/**
 * Why an MP3 differs from what its owner may expect, by code. The texts are what /openapi.json, /asyncapi.json and docs/api.md
 * say about each code. Programs must accept codes that are added later.
 */
export const WARNINGS = {
  truncated:
    'The end of the file is missing. `seconds` of `of_seconds` were converted. A live recording states no length, so that `of_seconds` is absent. A probe knows neither of the two.',
  damaged: '`seconds` of the sound could not be decoded.',
  header_length_wrong: 'The file is whole, but states `of_seconds` and holds `seconds`.',
  gap_closed:
    'The clock of the recording jumped by `seconds` at `at_seconds` of the MP3. The jump was closed.',
  track_skipped: 'A track that would have been preferred cannot be decoded.',
  downmixed: 'More than two channels were mixed.',
  cover_skipped: 'The cover was left out.',
  tags_limited: 'Tags or chapters were shortened or left out, because there is a limit for them.',
  limited:
    'The loudness that was asked for was not reached: peaks leave no room for it, or the sound is too quiet or too short.',
  not_copied:
    '`copy` was asked for, but the sound is no MP3, is damaged, begins late or has pauses: it was encoded.',
} as const satisfies Record<string, string>;
export type WarningCode = keyof typeof WARNINGS;

const listOfCodes = Object.entries(WARNINGS).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);

export const jobWarning = z.object({
  code: z.string().meta({
    description: `A stable code, for programs. Later versions may add codes.\n\n${listOfCodes.join('\n')}`,
    examples: Object.keys(WARNINGS),
  }),
  detail: z.string().meta({ description: 'A sentence for people' }),
  seconds: z.number().optional().meta({ description: 'A length of sound; `code` says of which' }),
  of_seconds: z.number().optional().meta({ description: 'The length that `seconds` is compared with' }),
  at_seconds: z
    .number()
    .optional()
    .meta({ description: 'A place in the MP3, in seconds from its beginning' }),
});
export type JobWarning = z.infer<typeof jobWarning> & { code: WarningCode | (string & {}) };

/** The warnings that mean that sound is missing. They come first wherever people read of them. */
export const isAboutMissingSound = ({ code }: Pick<JobWarning, 'code'>): boolean =>
  code === 'truncated' || code === 'damaged';

/** Seconds as a warning states them: rounded to milliseconds. */
export const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;
