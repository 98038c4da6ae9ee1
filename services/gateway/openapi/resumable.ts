import { appendOperations } from './append-to-upload.ts';
import { byKey, json, problems, ref } from './parts.ts';
import {
  body,
  bytes,
  capabilities,
  checksum,
  header,
  length,
  offset,
  progress,
  requestHeader,
  tusResumable,
  uploadId,
  version,
} from './tus-headers.ts';
import { idempotencyKey } from './upload.ts';

/** Resumable uploads, as {@link https://tus.io/protocols/resumable-upload | tus 1.0} describes them. */
export const resumablePaths = {
  '/uploads': {
    options: capabilities,
    post: {
      summary: 'Create a resumable upload (tus 1.0), perhaps with its first bytes',
      description:
        'The options and the name of the file are metadata, under the names that the query of POST /upload has. They are checked ' +
        'here, before the file is sent. An upload expires a day after the last of its bytes has arrived, and a week after its ' +
        'creation. It counts as the unfinished job that it becomes. A repeated request with the same Idempotency-Key returns the ' +
        'same upload, also when that has become a job. Where its bytes arrive too slowly, the response is 408 `too_slow`. Its ' +
        '`Location` is the upload, and its `Upload-Offset` is the byte from which the client can go on.',
      security: byKey('upload'),
      parameters: [
        version,
        length,
        requestHeader('Upload-Defer-Length', 'Instead of the length, which a PATCH then tells', {
          const: '1',
        }),
        requestHeader(
          'Upload-Metadata',
          'Pairs of a name and a value in base64 of UTF-8, separated by commas, 8 KiB at most: `filename`, every option, ' +
            '`original_size` and `original_track`. `name`, `filetype`, `type` and `relativePath`, which clients send of their ' +
            'own accord, are accepted. A HEAD returns it',
          { type: 'string', maxLength: 8192 },
        ),
        checksum,
        idempotencyKey,
      ],
      requestBody: body(false),
      responses: {
        201: {
          description: 'Created',
          headers: {
            ...tusResumable,
            Location: header('The upload, as a path of this server'),
            'Upload-Offset': header('Bytes that are stored. Only where the request had some', bytes),
            ...progress,
          },
        },
        ...problems(
          ...(['bad_request', 'empty_file', 'invalid_token', 'precondition_failed', 'too_large'] as const),
          ...(['not_media', 'unsupported_media_type', 'invalid_option', 'upload_in_progress'] as const),
          ...([
            'idempotency_key_reused',
            'too_many_requests',
            'quota_exceeded',
            'checksum_mismatch',
            'not_implemented',
            'too_slow',
          ] as const),
        ),
      },
    },
  },
  '/uploads/{id}': {
    options: { ...capabilities, parameters: [uploadId] },
    head: {
      summary: 'How much of a resumable upload is stored',
      description: 'Where all of it is, the response waits until the job is saved.',
      security: byKey('upload'),
      parameters: [uploadId, version],
      responses: {
        200: {
          description: 'The headers say it',
          headers: {
            ...tusResumable,
            ...offset,
            'Upload-Length': header('Bytes of the whole file', bytes),
            'Upload-Defer-Length': header('While the length is not known', { const: '1' }),
            'Upload-Metadata': header('As it was sent'),
            ...progress,
          },
        },
        ...problems(
          ...([
            'invalid_token',
            'not_found',
            'upload_in_progress',
            'expired',
            'precondition_failed',
          ] as const),
          ...(['empty_file', 'not_media', 'upload_locked'] as const),
        ),
      },
    },
    get: {
      summary: 'A resumable upload as JSON, with its job',
      description: 'It does not disturb a request that is writing to the upload, and is no part of tus.',
      security: byKey('upload'),
      parameters: [uploadId],
      responses: {
        200: { description: 'The upload', content: json(ref('Upload')) },
        ...problems(
          ...([
            'invalid_token',
            'not_found',
            'upload_in_progress',
            'expired',
            'empty_file',
            'not_media',
          ] as const),
          'upload_locked',
        ),
      },
    },
    ...appendOperations,
    delete: {
      summary: 'Delete a resumable upload that is not complete',
      description: 'A complete upload is a job, which DELETE /jobs/{id} deletes.',
      security: byKey('upload'),
      parameters: [uploadId, version],
      responses: {
        204: { description: 'Deleted', headers: tusResumable },
        ...problems(
          ...(['invalid_token', 'not_found', 'state_conflict', 'expired', 'precondition_failed'] as const),
          'upload_locked',
        ),
      },
    },
  },
};
