import { z } from 'zod';
import { jobView } from '../../shared/jobs/job-view.ts';
import { mp3Details } from '../../shared/jobs/mp3-details.ts';
import { probeResult } from '../../shared/jobs/probe.ts';
import { STATUS } from '../../shared/runtime/errors.ts';
import { sessionView } from '../accounts/session-view.ts';
import { tokenGrant } from '../accounts/token-grant.ts';
import { failedJobView } from '../operator/failed-job-view.ts';
import { operatorSessionView } from '../operator/operator-session-view.ts';
import { operatorOverview } from '../operator/overview-view.ts';
import { acceptedUpload, uploadView } from '../uploads/upload-view.ts';
import { usageView } from '../usage/usage-view.ts';
import { accountPaths } from './accounts.ts';
import { apiKeyPaths } from './api-keys.ts';
import { detailsPaths } from './details.ts';
import { downloadPaths } from './download.ts';
import { jobPaths } from './jobs.ts';
import { oidcPaths } from './oidc.ts';
import { operatorPaths } from './operator.ts';
import { operatorAccountPaths } from './operator-accounts.ts';
import { ownAccountPaths } from './own-account.ts';
import { pagePaths } from './page.ts';
import { inGroup, json, ofAnyRequest } from './parts.ts';
import { passkeyPaths } from './passkeys.ts';
import { probePaths } from './probe.ts';
import { resumablePaths } from './resumable.ts';
import { addScopeErrors, refuseApiKeys } from './scope-errors.ts';
import { secondFactorPaths } from './second-factor.ts';
import { sessionPaths } from './session.ts';
import { uploadPaths } from './upload.ts';
import { usagePaths } from './usage.ts';

const health = (summary: string) => ({
  summary,
  responses: {
    200: { description: 'Yes', content: json({ type: 'object' }) },
    503: { description: 'No. The body says which check failed', content: json({ type: 'object' }) },
    ...ofAnyRequest,
  },
});

const systemPaths = {
  '/healthz': { get: health('Does the process answer?') },
  '/readyz': { get: health('Is the process ready, and everything that it needs?') },
  '/metrics': {
    get: {
      summary: 'Prometheus metrics',
      responses: {
        200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...ofAnyRequest,
      },
    },
  },
  '/openapi.json': {
    get: {
      summary: 'This document',
      responses: {
        200: { description: 'This document', content: json({ type: 'object' }) },
        ...ofAnyRequest,
      },
    },
  },
  '/asyncapi.json': {
    get: {
      summary: 'The events between the services, as AsyncAPI 3.0',
      responses: { 200: { description: 'The document', content: json({ type: 'object' }) } },
    },
  },
};

/** The public API, as {@link https://spec.openapis.org/oas/v3.1.1 | OpenAPI 3.1}. */
export const openapi = {
  openapi: '3.1.1',
  info: {
    title: 'mp3converter',
    version: '1',
    description:
      'Converts videos to MP3 and notifies the owner by e-mail. Errors are problem details (RFC 9457) with a stable `code`.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  paths: addScopeErrors({
    ...inGroup('Accounts', accountPaths),
    ...inGroup('Accounts', refuseApiKeys(ownAccountPaths)),
    ...inGroup('Accounts', refuseApiKeys(usagePaths)),
    ...inGroup('API keys', apiKeyPaths),
    ...inGroup('Sign-in elsewhere', oidcPaths),
    ...inGroup('Second factor', secondFactorPaths),
    ...inGroup('Passkeys', passkeyPaths),
    ...inGroup('Session of the page', refuseApiKeys(sessionPaths)),
    ...inGroup('Uploads', uploadPaths),
    ...inGroup('Resumable uploads', resumablePaths),
    ...inGroup('Probe', probePaths),
    ...inGroup('Jobs', jobPaths),
    ...inGroup('Jobs', detailsPaths),
    ...inGroup('Downloads', downloadPaths),
    ...inGroup('Operator', refuseApiKeys(operatorPaths)),
    ...inGroup('Operator', refuseApiKeys(operatorAccountPaths)),
    ...inGroup('Page', pagePaths),
    ...inGroup('System', systemPaths),
  }),
  components: {
    securitySchemes: {
      basic: { type: 'http', scheme: 'basic' },
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'mp3_<id>_<secret>',
        description: 'A key of POST /account/keys. The scope that it needs is listed with each route.',
      },
      cookie: {
        type: 'apiKey',
        in: 'cookie',
        name: 'mp3_access',
        description:
          'The session of the web page, which `POST /session` begins. The name is `__Host-mp3_access` where PUBLIC_URL is https. ' +
          'It counts only where a request has no `Authorization`. A request that is not GET, HEAD or OPTIONS then needs the ' +
          '`Origin` of the gateway itself, or it is refused with 403 `forbidden`.',
      },
      operator: {
        type: 'http',
        scheme: 'bearer',
        description:
          'The OPERATOR_TOKEN of the gateway, or the access token of an account of the group `operator`',
      },
    },
    schemas: {
      Job: z.toJSONSchema(jobView),
      Mp3Details: z.toJSONSchema(mp3Details),
      AcceptedUpload: z.toJSONSchema(acceptedUpload),
      Probe: z.toJSONSchema(probeResult),
      Upload: z.toJSONSchema(uploadView),
      FailedJob: z.toJSONSchema(failedJobView),
      Session: z.toJSONSchema(sessionView),
      Usage: z.toJSONSchema(usageView),
      OperatorSession: z.toJSONSchema(operatorSessionView),
      OperatorOverview: z.toJSONSchema(operatorOverview),
      Tokens: z.toJSONSchema(tokenGrant),
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
