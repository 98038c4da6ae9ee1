import { z } from 'zod';
import { type ErrorCode, STATUS } from '../shared/errors.ts';
import { BITRATES, jobView, STATUSES } from '../shared/jobs.ts';

const json = (schema: object) => ({ 'application/json': { schema } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Responses for the error codes that a route can answer, grouped by status as OpenAPI wants them. */
function problems(...codes: ErrorCode[]): Record<string, object> {
  const always: ErrorCode[] = ['internal', 'unavailable'];
  const byStatus = Map.groupBy([...codes, ...always], (code) => STATUS[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: `Problem details with code ${group.map((code) => `\`${code}\``).join(' or ')}`,
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    ]),
  );
}

const bearer = [{ bearer: [] }];
const uuid = { type: 'string', format: 'uuid' };
const id = {
  name: 'id',
  in: 'path',
  required: true,
  schema: uuid,
  description: 'The id that POST /upload gave',
};
const query = (name: string, description: string, schema: object) => ({
  name,
  in: 'query',
  description,
  schema,
});
const credentials = {
  required: true,
  content: json({
    type: 'object',
    required: ['email', 'password'],
    properties: { email: { type: 'string', format: 'email' }, password: { type: 'string', minLength: 10 } },
  }),
};
const refreshToken = {
  required: true,
  content: json({
    type: 'object',
    required: ['refresh_token'],
    properties: { refresh_token: { type: 'string' } },
  }),
};
const tokens = { description: 'Tokens', content: json(ref('Tokens')) };
const mp3File = { 'audio/mpeg': { schema: { type: 'string', contentMediaType: 'audio/mpeg' } } };

const download = (parameters: object[], ...codes: ErrorCode[]) => ({
  summary: 'The MP3, whole or in part',
  description: 'With a login, or with `expires` and `signature` from the link in the mail.',
  security: [...bearer, {}],
  parameters: [
    ...parameters,
    query('expires', 'Unix time in seconds, from a signed link', { type: 'integer' }),
    query('signature', 'From a signed link', { type: 'string' }),
    { name: 'Range', in: 'header', schema: { type: 'string' }, example: 'bytes=0-1023' },
  ],
  responses: {
    200: { description: 'The MP3; its sha256 is the ETag', content: mp3File },
    206: { description: 'The part that `Range` asked for', content: mp3File },
    304: { description: 'Not changed since `If-None-Match`' },
    ...problems(
      'invalid_token',
      'forbidden',
      'not_found',
      'not_ready',
      'expired',
      'range_not_satisfiable',
      ...codes,
    ),
  },
});

const health = (summary: string) => ({
  summary,
  responses: { 200: { description: 'Yes' }, 503: { description: 'No; the body says what does not answer' } },
});

/** The public API, as {@link https://spec.openapis.org/oas/v3.1.1 | OpenAPI 3.1}. */
export const openapi = {
  openapi: '3.1.1',
  info: {
    title: 'mp3converter',
    version: '1',
    description:
      'Video in, MP3 out, told by e-mail. Errors are problem details (RFC 9457) with a stable `code`.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  paths: {
    '/register': {
      post: {
        summary: 'Make an account',
        requestBody: credentials,
        responses: {
          201: {
            description: 'Registered',
            content: json({ type: 'object', properties: { id: uuid, email: { type: 'string' } } }),
          },
          ...problems(
            'bad_request',
            'too_large',
            'unsupported_media_type',
            'email_taken',
            'invalid_email',
            'weak_password',
          ),
        },
      },
    },
    '/login': {
      post: {
        summary: 'Get tokens for e-mail and password',
        security: [{ basic: [] }],
        responses: { 200: tokens, ...problems('invalid_credentials') },
      },
    },
    '/refresh': {
      post: {
        summary: 'Trade a refresh token for new tokens; each works once',
        requestBody: refreshToken,
        responses: {
          200: tokens,
          ...problems('bad_request', 'too_large', 'invalid_token', 'unsupported_media_type'),
        },
      },
    },
    '/logout': {
      post: {
        summary: 'Revoke a refresh token and all that came of it',
        requestBody: refreshToken,
        responses: {
          204: { description: 'Revoked' },
          ...problems('bad_request', 'too_large', 'unsupported_media_type'),
        },
      },
    },
    '/upload': {
      post: {
        summary: 'Send a video; once this answers, it will be converted',
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
            headers: { Location: { description: 'The job', schema: { type: 'string' } } },
            content: json({ type: 'object', properties: { id: uuid, status: { enum: STATUSES } } }),
          },
          ...problems(
            'bad_request',
            'empty_file',
            'invalid_token',
            'too_large',
            'not_media',
            'unsupported_media_type',
            'invalid_option',
          ),
        },
      },
    },
    '/jobs': {
      get: {
        summary: 'My jobs, newest first',
        security: bearer,
        parameters: [
          query('limit', 'How many at most', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
          query('cursor', 'The `next_cursor` of the page before', { type: 'string' }),
        ],
        responses: {
          200: {
            description: 'A page of jobs',
            content: json({
              type: 'object',
              required: ['jobs', 'next_cursor'],
              properties: {
                jobs: { type: 'array', items: ref('Job') },
                next_cursor: { type: ['string', 'null'] },
              },
            }),
          },
          ...problems('bad_request', 'invalid_token'),
        },
      },
    },
    '/jobs/{id}': {
      get: {
        summary: 'One of my jobs',
        security: bearer,
        parameters: [id],
        responses: {
          200: { description: 'The job', content: json(ref('Job')) },
          ...problems('invalid_token', 'not_found'),
        },
      },
    },
    '/jobs/{id}/events': {
      get: {
        summary: 'The job as it changes, until it is final',
        security: bearer,
        parameters: [id],
        responses: {
          200: {
            description: 'Server-sent events named `job`, each with the whole job as its data',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          ...problems('invalid_token', 'not_found'),
        },
      },
    },
    '/download/{id}': { get: download([id]) },
    '/download': { get: download([query('fid', 'The job', uuid)]) },
    '/healthz': { get: health('Does the process answer?') },
    '/readyz': { get: health('Does it answer, and all that it needs?') },
    '/metrics': {
      get: {
        summary: 'Prometheus metrics',
        responses: {
          200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
    '/openapi.json': {
      get: { summary: 'This document', responses: { 200: { description: 'This document' } } },
    },
  },
  components: {
    securitySchemes: {
      basic: { type: 'http', scheme: 'basic' },
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    },
    schemas: {
      Job: z.toJSONSchema(jobView),
      Tokens: {
        type: 'object',
        required: ['access_token', 'token_type', 'expires_in', 'refresh_token'],
        properties: {
          access_token: { type: 'string' },
          token_type: { const: 'Bearer' },
          expires_in: { type: 'integer', description: 'seconds' },
          refresh_token: { type: 'string' },
        },
      },
      Problem: {
        type: 'object',
        required: ['type', 'title', 'status', 'code', 'detail'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          code: { enum: Object.keys(STATUS) },
          detail: { type: 'string' },
        },
      },
    },
  },
} as const;
