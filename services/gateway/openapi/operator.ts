import { id, json, page, paging, problems, ref } from './parts.ts';

const operator = [{ operator: [] }];
const notConfigured = 'A gateway without an OPERATOR_TOKEN answers 404.';
const session = (description: string) => ({ description, content: json(ref('OperatorSession')) });
const byCookie =
  'For the page at `/operator`, whose session is in a cookie that no script can read. Programs send the OPERATOR_TOKEN instead.';

/** Routes for the operator of the system, not for users. */
export const operatorPaths = {
  '/operator/session': {
    get: {
      summary: 'Whether the browser has the session of an operator',
      description: `${byCookie} ${notConfigured}`,
      responses: { 200: session('The session'), ...problems('not_found') },
    },
    post: {
      summary: 'Begin the session of an operator, which is kept in a cookie',
      description: `${byCookie} The session ends after twelve hours, and when the gateways get another OPERATOR_TOKEN. ${notConfigured}`,
      requestBody: {
        required: true,
        content: json({
          type: 'object',
          required: ['token'],
          properties: { token: { type: 'string', description: 'The OPERATOR_TOKEN' } },
        }),
      },
      responses: {
        200: session('The session has begun'),
        ...problems(
          ...(['bad_request', 'too_large', 'unsupported_media_type'] as const),
          ...(['invalid_token', 'forbidden', 'not_found'] as const),
        ),
      },
    },
    delete: {
      summary: 'Have the browser forget the session of an operator',
      description: notConfigured,
      responses: { 204: { description: 'Forgotten' }, ...problems('forbidden', 'not_found') },
    },
  },
  '/operator/overview': {
    get: {
      summary: 'The state of the whole system',
      description: `It is read from the store at a bounded pace, however often it is asked for. A part that is not known is null. ${notConfigured}`,
      security: operator,
      responses: {
        200: { description: 'The overview', content: json(ref('OperatorOverview')) },
        ...problems('invalid_token', 'not_found'),
      },
    },
  },
  '/operator/failed': {
    get: {
      summary: 'The failed jobs of all users, in a fixed order',
      description: `A job is listed at most SWEEP_SECONDS after it has failed. ${notConfigured}`,
      security: operator,
      parameters: paging,
      responses: { 200: page('FailedJob'), ...problems('bad_request', 'invalid_token', 'not_found') },
    },
  },
  '/operator/failed/{id}/retry': {
    post: {
      summary: 'Retry a failed job; a job that is queued or converting again stays as it is',
      description: notConfigured,
      security: operator,
      parameters: [id],
      responses: {
        202: { description: 'The job', content: json(ref('FailedJob')) },
        ...problems('invalid_token', 'forbidden', 'not_found', 'state_conflict'),
      },
    },
  },
  '/operator/failed/{id}': {
    delete: {
      summary: 'Delete a failed job and its video',
      description: notConfigured,
      security: operator,
      parameters: [id],
      responses: {
        204: { description: 'Deleted' },
        ...problems('invalid_token', 'forbidden', 'not_found', 'state_conflict'),
      },
    },
  },
};
