import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOutcomeUnknown } from '../../../../services/shared/dapr/mail-failure.ts';

const FAILED = 'error invoking output binding mail: ';
const SMTP = 'error from smtp binding, sending email failed: ';
const rpc = (code: string, description: string) => `rpc error: code = ${code} desc = ${description}`;

const rows: [failure: string, isUnknown: boolean][] = [
  [`${SMTP}dial tcp 127.0.0.1:25: connect: connection refused`, false],
  [`${SMTP}EOF`, false], // The greeting did not come, so nothing was sent.
  [`${SMTP}535 Authentication failed`, false],
  [`${SMTP}gomail: could not send email 1: 550 no such user`, false],
  [`${SMTP}gomail: could not send email 1: 421-come back later`, false],
  [`${SMTP}gomail: could not send email 1: gomail: invalid address "x"`, false],
  [`${SMTP}gomail: could not send email 1: 550 could not send email 1: EOF`, false],
  [`${SMTP}gomail: could not send email 1: EOF`, true],
  [
    `${SMTP}gomail: could not send email 1: read tcp 127.0.0.1:1->127.0.0.1:25: connection reset by peer`,
    true,
  ],
  ["couldn't find output binding mail", false],
  [rpc('FailedPrecondition', 'the mail was not taken: 550 no such user'), false],
  [rpc('FailedPrecondition', 'the mail was not taken: 550 could not send email 1: EOF'), false],
  [rpc('InvalidArgument', 'emailTo: is missing'), false],
  [rpc('Unimplemented', 'there is no operation but create'), false],
  [
    rpc(
      'Unavailable',
      'connection error: desc = "transport: error while dialing: dial unix /x: no such file"',
    ),
    false,
  ],
  [rpc('Unavailable', 'error reading from server: EOF'), true], // The process of the binding died.
  [rpc('Unknown', 'the send broke off with the mail under way'), true],
  [rpc('Unknown', 'rpc error: code = FailedPrecondition desc = x'), true],
  [rpc('Canceled', 'context canceled'), true],
  [rpc('Internal', 'stream terminated by RST_STREAM'), true],
];

describe('isOutcomeUnknown', () => {
  for (const [failure, isUnknown] of rows) {
    it(`returns ${isUnknown} for «${failure}»`, () =>
      assert.equal(isOutcomeUnknown(FAILED + failure), isUnknown));
  }
});
