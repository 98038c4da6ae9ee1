import { id, json, page, paging, problems, ref } from './parts.ts';

const operator = [{ operator: [] }];
const notConfigured = 'A gateway without an OPERATOR_TOKEN answers 404.';

/** Routes for the operator of the system, not for users. */
export const operatorPaths = {
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
        ...problems('invalid_token', 'not_found', 'state_conflict'),
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
        ...problems('invalid_token', 'not_found', 'state_conflict'),
      },
    },
  },
};
