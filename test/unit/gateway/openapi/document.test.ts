import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { createRoutes, type GatewayPorts } from '../../../../services/gateway/app.ts';
import { openapi } from '../../../../services/gateway/openapi/document.ts';
import { optionSchemas } from '../../../../services/gateway/openapi/options.ts';
import { parseOptions } from '../../../../services/gateway/options/parse-options.ts';
import { OPTION_NAMES } from '../../../../services/shared/jobs/conversion-options.ts';
import { FAILURES } from '../../../../services/shared/jobs/failures.ts';
import { WARNINGS } from '../../../../services/shared/jobs/warnings.ts';
import { type ErrorCode, STATUS } from '../../../../services/shared/runtime/errors.ts';

interface Operation {
  responses: Record<
    string,
    { description: string; headers?: Record<string, unknown>; content?: Record<string, unknown> }
  >;
  security?: object[];
  parameters?: { name: string; in: string }[];
}
interface Schema {
  type?: string;
  description?: string;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
}
const paths = openapi.paths as unknown as Record<string, Record<string, Operation>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    operation,
  })),
);

/** Their errors are no problem details. */
const HEALTH = ['GET /healthz', 'GET /readyz'];
/** Served before the router. */
const SERVED_APART = [...HEALTH, 'GET /metrics'];

describe('openapi', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(openapi)));
    assert.deepEqual(errors, undefined);
    assert.ok(valid);
    assert.equal(validator.version, '3.1');
  });

  test('describes every route, and nothing else', () => {
    // `createRoutes` calls none of the ports.
    const routes = createRoutes({ publicUrl: 'http://gateway.test' } as GatewayPorts).stack.flatMap(
      ({ methods, path }) =>
        methods
          // The router adds HEAD to GET (RFC 9110 9.3.2).
          .filter((method) => method !== 'HEAD' || methods.length === 1)
          .map((method) => `${method} ${String(path).replace(/:(\w+)/g, '{$1}')}`),
    );
    assert.deepEqual(operations.map(({ name }) => name).sort(), [...routes, ...SERVED_APART].sort());
  });

  for (const { name, path, operation } of operations) {
    test(`describes the path parameters of ${name}`, () => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const named = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      assert.deepEqual(
        named.map((parameter) => parameter.name),
        inPath,
      );
    });

    test(`describes the errors of ${name} as problem details`, () => {
      for (const [status, { content, headers }] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || HEALTH.includes(name)) continue;
        assert.deepEqual(Object.keys(content ?? {}), ['application/problem+json'], status);
        if (['429', '503'].includes(status)) assert.ok(headers?.['Retry-After'], status);
      }
      if (operation.security?.some((scheme) => 'bearer' in scheme || 'operator' in scheme)) {
        assert.match(operation.responses[401]?.description ?? '', /`invalid_token`/);
      }
    });
  }

  test('describes every option as a parameter of an upload, a probe and a retry, and as a field of the form', () => {
    const names = Object.keys(optionSchemas);
    for (const path of ['/upload', '/probe', '/jobs/{id}/retry']) {
      const parameters = paths[path]?.post?.parameters ?? [];
      const inQuery = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      assert.deepEqual(
        inQuery.filter(
          (name) => !['filename', 'size', 'tail', 'original_size', 'original_track', 'whole'].includes(name),
        ),
        names,
      );
    }
    for (const { post } of [openapi.paths['/upload'], openapi.paths['/probe']]) {
      const { properties } = post.requestBody.content['multipart/form-data'].schema;
      assert.deepEqual(Object.keys(properties), ['file', ...names]);
    }
    assert.deepEqual(names, [...OPTION_NAMES, 'preset']);
  });

  /** Values of each option, which its schema accepts as the gateway does. */
  const VALUES: [name: string, value: unknown, isValid: boolean][] = [
    ['bitrate', 320, true],
    ['bitrate', 129, false],
    ['quality', 0, true],
    ['quality', 1.5, false],
    ['start', 90.5, true],
    ['start', '1:30', true],
    ['end', '01:02:03.004', true],
    ['end', '1:60', false],
    ['end', -1, false],
    ['track', 1, true],
    ['track', 'eng', true],
    ['track', 'english', false],
    ['normalize', true, true],
    ['normalize', -14, true],
    ['normalize', 16, false],
    ['date', '1999', true],
    ['date', '24.12.2024', false],
    ['genre', 'x'.repeat(201), false],
    ['cover', 'frame', true],
    ['preset', 'podcast', true],
    ['preset', 'loud', false],
  ];
  for (const [name, value, isValid] of VALUES) {
    const text = String(value).slice(0, 20);
    test(`has a schema for ${name} that ${isValid ? 'accepts' : 'refuses'} ${text}, as the gateway does`, () => {
      assert.equal(new Ajv({ strict: false }).validate(optionSchemas[name] ?? {}, value), isValid);
      const parse = () => parseOptions([[name, String(value)]]);
      if (isValid) parse();
      else assert.throws(parse, { code: 'invalid_option' });
    });
  }

  test('describes the Idempotency-Key of an upload', () => {
    const parameters = paths['/upload']?.post?.parameters ?? [];
    assert.ok(
      parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key'),
    );
    assert.ok(paths['/upload']?.post?.responses[409]?.headers?.['Retry-After']);
  });

  const { error, warnings } = openapi.components.schemas.Job.properties as Record<string, Schema>;
  const CODES: [of: string, schema: Schema | undefined, meanings: Record<string, string>][] = [
    ['a warning', warnings?.items, WARNINGS],
    ['a failed job', error?.anyOf?.[0], FAILURES],
  ];
  for (const [of, schema, meanings] of CODES) {
    test(`describes every code of ${of}, and allows others, which may be added`, () => {
      const { type, description, ...others } = schema?.properties?.code ?? assert.fail();
      for (const [code, meaning] of Object.entries(meanings))
        assert.ok(description?.includes(`\n- \`${code}\`: ${meaning}`), code);
      assert.deepEqual([type, others], ['string', { examples: Object.keys(meanings) }]);
      assert.ok(schema?.required?.includes('detail'));
    });
  }

  test('lists every error code', () => {
    assert.deepEqual([...openapi.components.schemas.Problem.properties.code.enum], Object.keys(STATUS));
  });
});

/** The error codes that other tests of the gateway and of auth get. */
const EXPECTED_CODES: Record<string, ErrorCode[]> = {
  'POST /register': [
    'bad_request',
    'unsupported_media_type',
    'too_large',
    'email_taken',
    'invalid_email',
    'weak_password',
    'unavailable',
  ],
  'POST /login': ['invalid_credentials', 'unavailable'],
  'POST /refresh': ['bad_request', 'unsupported_media_type', 'too_large', 'invalid_token', 'unavailable'],
  'POST /logout': ['bad_request', 'unsupported_media_type', 'too_large', 'unavailable'],
  'GET /session': ['unavailable'],
  'POST /session': ['bad_request', 'invalid_credentials', 'forbidden', 'unavailable'],
  'DELETE /session': ['forbidden', 'unavailable'],
  'POST /session/renewal': ['invalid_token', 'forbidden', 'unavailable'],
  'GET /': ['not_found'],
  'GET /assets/{name}': ['not_found'],
  'POST /upload': [
    'bad_request',
    'empty_file',
    'invalid_token',
    'too_large',
    'not_media',
    'unsupported_media_type',
    'invalid_option',
    'upload_in_progress',
    'idempotency_key_reused',
    'too_many_requests',
    'unavailable',
  ],
  'POST /uploads': [
    'bad_request',
    'empty_file',
    'invalid_token',
    'precondition_failed',
    'too_large',
    'not_media',
    'unsupported_media_type',
    'invalid_option',
    'upload_in_progress',
    'idempotency_key_reused',
    'too_many_requests',
    'checksum_mismatch',
    'not_implemented',
    'unavailable',
  ],
  'HEAD /uploads/{id}': [
    'invalid_token',
    'not_found',
    'expired',
    'precondition_failed',
    'not_media',
    'upload_locked',
    'unavailable',
  ],
  'PATCH /uploads/{id}': [
    'bad_request',
    'empty_file',
    'invalid_token',
    'not_found',
    'offset_conflict',
    'expired',
    'precondition_failed',
    'too_large',
    'not_media',
    'unsupported_media_type',
    'upload_locked',
    'too_many_requests',
    'checksum_mismatch',
    'unavailable',
  ],
  'DELETE /uploads/{id}': [
    'invalid_token',
    'not_found',
    'state_conflict',
    'expired',
    'precondition_failed',
    'upload_locked',
    'unavailable',
  ],
  'GET /uploads/{id}': ['invalid_token', 'not_found', 'expired', 'not_media', 'upload_locked', 'unavailable'],
  'PATCH /jobs/{id}': [
    'bad_request',
    'invalid_token',
    'not_found',
    'too_large',
    'unsupported_media_type',
    'unavailable',
  ],
  'DELETE /jobs/{id}': ['invalid_token', 'not_found', 'unavailable'],
  'POST /jobs/{id}/cancel': ['invalid_token', 'not_found', 'state_conflict', 'unavailable'],
  'POST /jobs/{id}/retry': [
    'invalid_token',
    'not_found',
    'state_conflict',
    'invalid_option',
    'too_many_requests',
    'unavailable',
  ],
  'GET /operator/failed': ['invalid_token', 'not_found', 'bad_request', 'unavailable'],
  'POST /operator/failed/{id}/retry': ['invalid_token', 'not_found', 'state_conflict', 'unavailable'],
  'DELETE /operator/failed/{id}': ['invalid_token', 'not_found', 'state_conflict', 'unavailable'],
  'GET /jobs': ['bad_request', 'invalid_token', 'unavailable'],
  'GET /jobs/{id}': ['invalid_token', 'not_found', 'unavailable'],
  'GET /jobs/{id}/events': ['invalid_token', 'not_found', 'unavailable'],
  'GET /jobs/{id}/link': ['invalid_token', 'not_found', 'not_ready', 'unavailable'],
  'GET /download/{id}': [
    'invalid_token',
    'forbidden',
    'not_found',
    'not_ready',
    'expired',
    'range_not_satisfiable',
    'unavailable',
  ],
  'GET /download/archive': [
    'invalid_token',
    'not_found',
    'too_many_files',
    'too_many_requests',
    'unavailable',
  ],
  'GET /download': [
    'invalid_token',
    'forbidden',
    'not_found',
    'not_ready',
    'expired',
    'range_not_satisfiable',
    'unavailable',
  ],
};

describe('openapi, by route', () => {
  for (const [name, codes] of Object.entries(EXPECTED_CODES)) {
    test(`names every error code of ${name}`, () => {
      const { responses } =
        operations.find((operation) => operation.name === name)?.operation ?? assert.fail();
      const missing = codes.filter((code) => !responses[STATUS[code]]?.description.includes(`\`${code}\``));
      assert.deepEqual(missing, []);
    });
  }
});
