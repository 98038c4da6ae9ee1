import { z } from 'zod';
import type { ErrorCode } from '../../shared/runtime/errors.ts';
import { MAX_FILES } from '../downloads/archive/select-jobs.ts';
import { downloadLink } from '../downloads/download-link.ts';
import { byKey, id, json, problems, query, uuid } from './parts.ts';

const mp3File = { 'audio/mpeg': { schema: { type: 'string', contentMediaType: 'audio/mpeg' } } };

const CODES: ErrorCode[] = [
  'invalid_token',
  'forbidden',
  'not_found',
  'not_ready',
  'expired',
  'precondition_failed',
  'range_not_satisfiable',
  'too_many_requests',
  'unavailable',
];

const download = (job: object) => ({
  summary: 'The MP3, whole or in part',
  description: 'With a login, or with `expires` and `signature` from the link in the mail.',
  security: [...byKey('read'), {}],
  parameters: [
    job,
    query('expires', 'Unix time in seconds, from a signed link', { type: 'integer' }),
    query('signature', 'From a signed link', { type: 'string' }),
    { name: 'Range', in: 'header', schema: { type: 'string' }, example: 'bytes=0-1023' },
    { name: 'If-Match', in: 'header', schema: { type: 'string' }, example: '"<sha256>"' },
  ],
  responses: {
    200: { description: 'The MP3; its sha256 is the ETag', content: mp3File },
    206: { description: 'The part that `Range` asked for', content: mp3File },
    304: { description: 'Not changed since `If-None-Match`' },
    ...problems(...CODES),
  },
});

const { $schema: _dialect, ...linkSchema } = z.toJSONSchema(downloadLink);

export const downloadPaths = {
  '/jobs/{id}/link': {
    get: {
      summary: 'A link to the MP3 that needs no login',
      description:
        'The same link as in the mail: it is signed for this job alone and valid until `expires_at`, when the job expires. ' +
        'Deleting the job revokes it.',
      security: byKey('read'),
      parameters: [id],
      responses: {
        200: { description: 'The link', content: json(linkSchema) },
        ...problems('invalid_token', 'not_found', 'not_ready'),
      },
    },
  },
  '/download/archive': {
    get: {
      summary: 'Several MP3s as one ZIP archive',
      description:
        `The MP3s of the jobs that are named, or all MP3s of the user, ${MAX_FILES} at most. The archive is made while it is sent, ` +
        'without compression. An MP3 that cannot be read breaks the connection.',
      security: byKey('read'),
      parameters: [
        query('id', 'A job. It may be repeated', { type: 'array', items: uuid, maxItems: MAX_FILES }),
      ],
      responses: {
        200: {
          description: 'The archive; its length is known beforehand',
          content: {
            'application/zip': { schema: { type: 'string', contentMediaType: 'application/zip' } },
          },
        },
        ...problems('invalid_token', 'not_found', 'too_many_files', 'too_many_requests'),
      },
    },
  },
  '/download/{id}': { get: download(id) },
  '/download': { get: download(query('fid', 'The job', uuid)) },
};
