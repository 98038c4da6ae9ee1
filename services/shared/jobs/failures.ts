/** Why a job is `failed`, by code. The texts are what /openapi.json and docs/api.md say about each code. */
export const FAILURES = {
  no_audio: 'The file has no sound.',
  unsupported_codec: 'The sound is in a format that the converter cannot decode. `detail` names it.',
  encrypted: 'The sound is encrypted (copy protection).',
  unknown_track: 'The file does not have the audio track that `track` asks for.',
  not_media: 'The file is not a video or audio file that ffmpeg can read.',
  truncated: 'A part of the file is missing, and nothing could be converted, or `strict` was asked for.',
  too_long: 'The sound is longer than `MAX_DURATION_SECONDS`.',
  conversion_failed:
    'The sound could not be converted. The file may be damaged, or make more sound than a file of its size can hold.',
  video_gone: 'The video is not stored any more.',
  gave_up:
    'Every attempt was interrupted, or the job was not converted in time. This is not the fault of the file.',
} as const satisfies Record<string, string>;
export type FailureCode = keyof typeof FAILURES;
