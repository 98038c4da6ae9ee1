import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFromGateway } from '../../../../../services/gateway/client/http/problem-details.ts';

const PROBLEM = 'application/problem+json';
const problem = (code: unknown): string => JSON.stringify({ title: 'not found', status: 404, code });

describe('isFromGateway(status, contentType, body)', () => {
  const rows: [title: string, expected: boolean, status: number, type: string | undefined, body: string][] = [
    ['recognizes a problem document with a code of the gateway', true, 404, PROBLEM, problem('not_found')],
    ['ignores parameters of the media type', true, 503, `${PROBLEM}; charset=utf-8`, problem('unavailable')],
    ['ignores the case of the media type', true, 503, 'Application/Problem+JSON', problem('unavailable')],
    ['accepts every success', true, 200, 'audio/mpeg', ''],
    ['accepts a redirect or a 304', true, 304, undefined, ''],
    ["rejects traefik's 404", false, 404, 'text/plain; charset=utf-8', '404 page not found\n'],
    ["rejects nginx's 503", false, 503, 'text/html', '<html><title>503</title></html>'],
    ['rejects a response without a media type', false, 502, undefined, problem('not_found')],
    ['rejects JSON that is no problem document', false, 404, 'application/json', problem('not_found')],
    ["rejects a problem document with somebody else's code", false, 404, PROBLEM, problem('no_such_route')],
    ['rejects a problem document without a code', false, 404, PROBLEM, '{"status":404}'],
    ['accepts a problem document without a detail', true, 404, PROBLEM, '{"code":"not_found"}'],
    ['rejects a code that every object inherits', false, 404, PROBLEM, problem('constructor')],
    ['rejects a code that is no string', false, 404, PROBLEM, problem(['not_found'])],
    ['rejects a problem document that was cut off', false, 404, PROBLEM, '{"code":"not_f'],
    ['rejects a problem document that is null', false, 404, PROBLEM, 'null'],
  ];
  for (const [title, expected, ...response] of rows) {
    it(title, () => assert.equal(isFromGateway(...response), expected));
  }
});
