import { fileBody, optionParameters } from './options.ts';
import { byKey, json, location, problems, query, rateLimit, ref } from './parts.ts';

export const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Chosen by the client for this one upload, for example a UUID. A repeated upload with the same key and options returns the ' +
    'same job, so a client that got no response can safely try again. The key is kept as long as the job.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

/** Both or neither, where a client sends only the sound of a film. */
const originalParameters = [
  query('original_size', 'Bytes of the film, where only the sound of one of its tracks is sent', {
    type: 'integer',
    minimum: 1,
  }),
  query('original_track', 'Position of the audio track that is sent, from 1', {
    type: 'integer',
    minimum: 1,
    maximum: 9999,
  }),
];

export const uploadPaths = {
  '/upload': {
    post: {
      summary: 'Upload a video. Once the response is 202, it will be converted',
      description:
        'The options are parameters of the query or fields of the form, before or after the file. A field that is empty is not given. ' +
        'An option that is unknown, has a wrong value, or is given with two values is refused with 422 `invalid_option`, and so are ' +
        'options that cannot be had together. The `detail` names all of them, and what would work. ' +
        'For the same content, name and options as one of my `done` jobs, the response names that job. ' +
        'A user with too much unfinished work gets 429, and everybody gets 503 when all users together have too much. ' +
        'A user who has used up the uploads, bytes or minutes of a day, or keeps too much, gets 429 `quota_exceeded`. ' +
        'A file that arrives too slowly is refused with 408 `too_slow`, and nothing of it is kept: send it as a resumable upload. ' +
        'The video is deleted some time after its job is done, by default an hour. The MP3 is kept until the job expires.',
      security: byKey('upload'),
      parameters: [
        query('filename', 'Name of the file, for a raw body', { type: 'string' }),
        ...originalParameters,
        query(
          'whole',
          'Keeps all of a film. By default, its picture is left out where the MP3 is certain to be the same, so that it cannot be ' +
            'converted again with cover=frame',
          { type: 'boolean', default: false },
        ),
        ...optionParameters,
        idempotencyKey,
      ],
      requestBody: fileBody,
      responses: {
        202: {
          description: 'Accepted',
          headers: { ...location, ...rateLimit },
          content: json(ref('AcceptedUpload')),
        },
        ...problems(
          'bad_request',
          'empty_file',
          'invalid_token',
          'upload_in_progress',
          'too_large',
          'too_slow',
          'not_media',
          'unsupported_media_type',
          'invalid_option',
          'idempotency_key_reused',
          'too_many_requests',
          'quota_exceeded',
        ),
      },
    },
  },
};
