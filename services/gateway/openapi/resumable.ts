import { byKey, id, json, ofAnyRequest, problems, ref } from './parts.ts';
import { idempotencyKey } from './upload.ts';

type Header = { description: string; schema: object };
const header = (description: string, schema: object = { type: 'string' }): Header => ({
  description,
  schema,
});
const bytes = { type: 'integer', minimum: 0 };

const requestHeader = (name: string, description: string, schema: object, required = false) => ({
  ...{ name, in: 'header', required, description, schema },
});

const version = requestHeader('Tus-Resumable', 'The version of the protocol', { const: '1.0.0' }, true);
const uploadId = { ...id, description: 'The id in the `Location` that POST /uploads gave' };
const length = requestHeader('Upload-Length', 'Bytes of the whole file', { type: 'integer', minimum: 1 });
const checksum = requestHeader(
  'Upload-Checksum',
  '`sha1`, `sha256` or `md5`, a blank, and the checksum of this body as base64',
  { type: 'string' },
);

const tusResumable = { 'Tus-Resumable': header('The version of the protocol', { const: '1.0.0' }) };
const offset = { 'Upload-Offset': header('Bytes that are stored, and stay so whatever process dies', bytes) };
const progress = {
  'Upload-Expires': header('When the upload expires unless more of it arrives. Absent once it is complete'),
  'Mp3-Job': header('Id of the job. Only once the upload is complete', { type: 'string', format: 'uuid' }),
};

const body = (required: boolean) => ({ required, content: { 'application/offset+octet-stream': {} } });

const capabilities = {
  summary: 'What this server can do, by tus 1.0',
  responses: {
    204: {
      description: 'The headers say it',
      headers: {
        ...tusResumable,
        'Tus-Version': header('Versions of the protocol'),
        'Tus-Extension': header('Extensions of the protocol'),
        'Tus-Max-Size': header('The most bytes of a file', bytes),
        'Tus-Checksum-Algorithm': header('What Upload-Checksum may begin with'),
      },
    },
    ...ofAnyRequest,
  },
};

const append = {
  summary: 'Send bytes of the file from an offset on',
  description:
    'What has arrived is stored, also where the connection breaks: HEAD tells how much that is. The request that brings the last ' +
    'byte is answered once the job is saved. One request at a time may write to an upload; one that is still under way ends soon ' +
    'when another one comes. A file that is no media file is refused as soon as that is certain, and then the upload is gone. ' +
    'Bytes that arrive too slowly end the request with 408 `too_slow` and the `Upload-Offset` from which the client can go on.',
  security: byKey('upload'),
  requestBody: body(true),
  responses: {
    204: { description: 'Stored', headers: { ...tusResumable, ...offset, ...progress } },
    ...problems(
      ...(['bad_request', 'empty_file', 'invalid_token', 'not_found', 'offset_conflict', 'expired'] as const),
      ...(['upload_in_progress', 'state_conflict', 'precondition_failed', 'too_large', 'not_media'] as const),
      ...([
        'unsupported_media_type',
        'upload_locked',
        'too_many_requests',
        'quota_exceeded',
        'checksum_mismatch',
        'too_slow',
      ] as const),
    ),
  },
};

const appendParameters = [
  uploadId,
  version,
  requestHeader('Upload-Offset', 'Bytes of the file before this body, as the server has them', bytes, true),
  { ...length, description: 'Bytes of the whole file, where the creation did not tell it' },
  checksum,
];

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
    patch: { ...append, parameters: appendParameters },
    post: {
      ...append,
      summary: 'The same as another method, for clients that can send only GET and POST',
      parameters: [
        ...appendParameters.map((parameter) => ({
          ...parameter,
          required: parameter.in === 'path' || parameter === version,
        })),
        requestHeader('X-HTTP-Method-Override', 'The method', { enum: ['PATCH', 'DELETE', 'HEAD'] }, true),
      ],
      requestBody: body(false),
      responses: {
        ...append.responses,
        200: { description: 'As for HEAD', headers: { ...tusResumable, ...offset, ...progress } },
        ...problems('method_not_allowed'),
      },
    },
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
