import { z } from 'zod';
import type { Scope } from '../../shared/contract/scopes.ts';
import { type ErrorCode, STATUS } from '../../shared/runtime/errors.ts';
import { pageOf } from '../jobs/job-page.ts';

export const json = (schema: object) => ({ 'application/json': { schema } });
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The error codes whose responses carry `Retry-After`. */
const RETRYABLE: ErrorCode[] = [
  ...(['too_many_requests', 'quota_exceeded', 'unavailable'] as const),
  ...(['upload_in_progress', 'upload_locked'] as const),
];

/** Returns the error responses of a route, grouped by status as OpenAPI demands. */
export const problems = (...codes: ErrorCode[]): Record<string, object> =>
  problemsOf([...codes, 'uri_too_long', 'headers_too_large', 'internal', 'unavailable']);

function problemsOf(codes: readonly ErrorCode[]): Record<string, object> {
  const byStatus = Map.groupBy(codes, (code) => STATUS[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: `Problem details with code ${group.map((code) => `\`${code}\``).join(' or ')}`,
        ...(group.some((code) => RETRYABLE.includes(code)) && {
          headers: { 'Retry-After': retryAfter, ...(Number(status) === 429 && rateLimit) },
        }),
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    ]),
  );
}

/** What any path can answer before it looks at the request. `problems` has it too. */
const { 414: uriTooLong = {}, 431: headersTooLarge = {} } = problemsOf(['uri_too_long', 'headers_too_large']);
export const ofAnyRequest = { 414: uriTooLong, 431: headersTooLarge };

const retryAfter = { description: 'Seconds after which to try again', schema: { type: 'integer' } };

/** The headers of draft-ietf-httpapi-ratelimit-headers. */
export const rateLimit = {
  'RateLimit-Policy': {
    description: 'The quotas, where the answer is about one',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'What is left of them, and seconds until they are whole',
    schema: { type: 'string' },
  },
};

/** Whoever is signed in, by a token or by the cookie of the page. */
export const bearer = [{ bearer: [] }, { cookie: [] }];
/** The same, or by an API key with this scope. */
export const byKey = (scope: Scope) => [...bearer, { apiKey: [scope] }];
export const uuid = { type: 'string', format: 'uuid' };
export const id = {
  name: 'id',
  in: 'path',
  required: true,
  schema: uuid,
  description: 'The id that POST /upload gave',
};

export const query = (name: string, description: string, schema: object) => ({
  name,
  in: 'query',
  description,
  schema,
});

export const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'The id of the last event that the client has got, for a stream that was cut off',
  schema: { type: 'string' },
};

export const paging = [
  query('limit', 'The most jobs of the page', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
  query('cursor', 'The `next_cursor` of the previous page', { type: 'string' }),
];

const pageSchema = (schema: string) => {
  const { $schema: _dialect, ...page } = z.toJSONSchema(pageOf(z.unknown()));
  return { ...page, properties: { ...page.properties, jobs: { type: 'array', items: ref(schema) } } };
};

export const page = (schema: string) => ({
  description:
    'A page of jobs. It may have fewer jobs than `limit`, or none, although more pages follow, because one request reads a ' +
    'bounded number of entries. The last page is the one whose `next_cursor` is null.',
  content: json(pageSchema(schema)),
});

export const location = { Location: { description: 'The job', schema: { type: 'string' } } };

type Paths = Record<string, Record<string, object>>;

/** Puts all operations into one group, by which a reader finds them. */
export const inGroup = <Group extends Paths>(tag: string, paths: Group) =>
  Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [
          method,
          { tags: [tag], ...operation, ...(isCookieWrite(method, operation) && withForbidden(operation)) },
        ]),
      ),
    ]),
  ) as Group;

interface DocumentedOperation {
  security?: readonly object[];
  responses?: Record<string, object>;
}

/** Whether a page of another site is refused with 403, before anything else is looked at: same-origin.ts. */
const isCookieWrite = (method: string, { security = [] }: DocumentedOperation): boolean =>
  !['get', 'head', 'options'].includes(method) && security.some((scheme) => 'cookie' in scheme);

const withForbidden = ({ responses = {} }: DocumentedOperation): DocumentedOperation => ({
  responses: { ...problemsOf(['forbidden']), ...responses },
});
