import { BITRATES, STATUSES } from '../../shared/jobs/job.ts';
import { bearer, json, location, problems, query, uuid } from './parts.ts';

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Chosen by the client for this one upload, a UUID for example: sent again with the same key and options, it is the same job, ' +
    'so that a client which heard no answer can safely repeat it. Kept as long as the job.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

export const uploadPaths = {
  '/upload': {
    post: {
      summary: 'Upload a video. It will be converted once this is answered with 202',
      description:
        'The same content with the same options as a job of mine that is `done` answers with that job. ' +
        '429 and 503 bound what is taken on, for one user and in all. ' +
        'The video is deleted once its job is done, an hour later by default; the MP3 stays until the job expires.',
      security: bearer,
      parameters: [
        query('filename', 'Name of the file, for a raw body', { type: 'string' }),
        query('bitrate', 'Constant bit rate in kbps; excludes `quality`', {
          type: 'integer',
          enum: BITRATES,
        }),
        query('quality', 'Variable bit rate, 0 (best) to 9 (smallest)', {
          type: 'integer',
          minimum: 0,
          maximum: 9,
          default: 2,
        }),
        idempotencyKey,
      ],
      requestBody: {
        required: true,
        content: {
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['file'],
              properties: { file: { type: 'string', contentMediaType: 'video/*' } },
            },
          },
          'video/*': {},
          'audio/*': {},
          'application/octet-stream': {},
        },
      },
      responses: {
        202: {
          description: 'Accepted',
          headers: location,
          content: json({ type: 'object', properties: { id: uuid, status: { enum: STATUSES } } }),
        },
        ...problems(
          'bad_request',
          'empty_file',
          'invalid_token',
          'upload_in_progress',
          'too_large',
          'not_media',
          'unsupported_media_type',
          'invalid_option',
          'idempotency_key_reused',
          'too_many_requests',
        ),
      },
    },
  },
};
