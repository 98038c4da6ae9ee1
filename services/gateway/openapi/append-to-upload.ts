import { byKey, problems } from './parts.ts';
import {
  body,
  bytes,
  checksum,
  length,
  offset,
  progress,
  requestHeader,
  tusResumable,
  uploadId,
  version,
} from './tus-headers.ts';

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

/** The operations of `/uploads/{id}` that send bytes of the file. */
export const appendOperations = {
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
};
