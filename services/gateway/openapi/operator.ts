import { id, json, page, paging, problems, ref } from './parts.ts';

const operator = [{ operator: [] }];
const notThere = 'Without an OPERATOR_TOKEN in the environment of the gateway this is 404.';

/** For who runs the system, not for users. */
export const operatorPaths = {
  '/operator/failed': {
    get: {
      summary: 'The jobs of all users that have failed, in an order that does not change',
      description: `A job is listed from the next pass of the sweep on, SWEEP_SECONDS after it failed at the latest. ${notThere}`,
      security: operator,
      parameters: paging,
      responses: { 200: page('FailedJob'), ...problems('bad_request', 'invalid_token', 'not_found') },
    },
  },
  '/operator/failed/{id}/retry': {
    post: {
      summary: 'Convert one of them again; one that is under way again stays so',
      description: notThere,
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
      summary: 'Delete one of them, with its video',
      description: notThere,
      security: operator,
      parameters: [id],
      responses: {
        204: { description: 'Deleted' },
        ...problems('invalid_token', 'not_found', 'state_conflict'),
      },
    },
  },
};
