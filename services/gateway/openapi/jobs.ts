import { z } from 'zod';
import { STATUSES } from '../../shared/jobs/job-view.ts';
import { MAX_SEARCH_LENGTH } from '../jobs/job-filter.ts';
import { renameRequest } from '../rename/rename-request.ts';
import { optionParameters } from './options.ts';
import { byKey, id, json, lastEventId, location, page, paging, problems, query, ref } from './parts.ts';

const oneJob = { description: 'The job', content: json(ref('Job')) };

const { $schema: _dialect, ...renameBody } = z.toJSONSchema(renameRequest);

const filters = [
  query(
    'status',
    'Only jobs in one of these statuses. It may be repeated, and several may be separated by commas',
    {
      type: 'array',
      items: { enum: [...STATUSES] },
    },
  ),
  query('search', 'Only jobs with this text in their file name, whatever the case and the accents', {
    type: 'string',
    maxLength: MAX_SEARCH_LENGTH,
  }),
];

export const jobPaths = {
  '/jobs': {
    get: {
      summary: 'My jobs, newest first',
      description:
        'A list by status or name may have to read many jobs. A user with too many of them under way at a time gets 429, and everybody ' +
        'gets 503 when all users together have too many, both with `Retry-After`.',
      security: byKey('read'),
      parameters: [...paging, ...filters],
      responses: {
        200: page('Job'),
        ...problems('bad_request', 'invalid_token', 'too_many_requests'),
      },
    },
  },
  '/jobs/{id}': {
    get: {
      summary: 'One of my jobs',
      security: byKey('read'),
      parameters: [id],
      responses: { 200: oneJob, ...problems('invalid_token', 'not_found') },
    },
    patch: {
      summary: 'Rename a job and its MP3, in any state',
      description:
        'The MP3 is then downloaded under the new name, also by a link that was sent before. A conversion goes on, and nothing ' +
        'else of the job changes. A second request with the same name changes nothing.',
      security: byKey('manage'),
      parameters: [id],
      requestBody: { required: true, content: json(renameBody) },
      responses: {
        200: oneJob,
        ...problems('bad_request', 'invalid_token', 'not_found', 'too_large', 'unsupported_media_type'),
      },
    },
    delete: {
      summary: 'Delete the job, its video and its MP3, in any state',
      description:
        'The job does not exist any more after the response. Its blobs are deleted in the background. A second request is answered with 204, too.',
      security: byKey('manage'),
      parameters: [id],
      responses: { 204: { description: 'Deleted' }, ...problems('invalid_token', 'not_found') },
    },
  },
  '/jobs/{id}/cancel': {
    post: {
      summary: 'Cancel a job that is queued or being converted',
      description:
        'A job that is cancelled already stays cancelled. A job that is `done` or `failed` is a conflict.',
      security: byKey('manage'),
      parameters: [id],
      responses: { 200: oneJob, ...problems('invalid_token', 'not_found', 'state_conflict') },
    },
  },
  '/jobs/{id}/retry': {
    post: {
      summary: 'Convert a job again that has failed or was cancelled, or with other options one that is done',
      description:
        'Without options, the job keeps those that it has, and a job that is `done` is a conflict. With options, it has these and no ' +
        'others. A job that is `queued` or `converting` with the same options stays as it is, and with others it is a conflict. ' +
        'So is a job that is `done` with the same options, and one whose video is deleted. ' +
        'A job that was `done` keeps its MP3 until the next one is there, also where the new conversion fails or is cancelled. ' +
        'The owner gets another mail about the new outcome. The retry counts as an unfinished job: 429 when its owner has too many, ' +
        '503 when all users together have.',
      security: byKey('manage'),
      parameters: [id, ...optionParameters],
      responses: {
        202: { ...oneJob, headers: location },
        ...problems('invalid_token', 'not_found', 'state_conflict', 'invalid_option', 'too_many_requests'),
      },
    },
  },
  '/jobs/{id}/events': {
    get: {
      summary: 'Watch the job until it is final',
      security: byKey('read'),
      parameters: [id, lastEventId],
      responses: {
        200: {
          description:
            'Server-sent events named `job`, each with the whole job as its data. The last one is final. ' +
            'For a job that is deleted or expires meanwhile, the last event is `gone` and has only the `id`. ' +
            'The id of an event names the state of the job: with it as `Last-Event-ID`, the stream begins with the next state. ' +
            'A comment comes at least every 15 seconds.',
          content: { 'text/event-stream': {} },
        },
        204: {
          description: 'The job is final, and `Last-Event-ID` names that state: there is nothing to wait for',
        },
        ...problems('invalid_token', 'not_found', 'too_many_requests', 'unavailable'),
      },
    },
  },
  '/jobs/events': {
    get: {
      summary: 'Watch all my jobs',
      description:
        'One stream for all jobs of the user, also for those that are uploaded later. It does not end by itself. A job that has ' +
        'expired long after its end is not reported: `expires_at` says when that is.',
      security: byKey('read'),
      parameters: [lastEventId],
      responses: {
        200: {
          description:
            'Server-sent events: `job` with a whole job, when it is new or has changed; `gone` with the `id` of a job that was ' +
            'deleted or has expired; `alive` while nothing happens. The stream begins with the unfinished jobs and the event ' +
            '`snapshot`, whose data is `{unfinished, resumed}`: the number of unfinished jobs, and whether the events before it ' +
            'include everything that ended or was deleted since `Last-Event-ID`. That is so for a client that was away for less ' +
            'than about 15 seconds. Otherwise, ask `GET /jobs` for what has ended meanwhile. A job may be reported twice in the ' +
            'same state. A comment comes at least every 15 seconds.',
          content: { 'text/event-stream': {} },
        },
        ...problems('invalid_token', 'too_many_requests', 'unavailable'),
      },
    },
  },
};
