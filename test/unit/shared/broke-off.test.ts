import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokeOff } from '../../../services/shared/sidecar.ts';

const BINDING = 'error invoking output binding mail: error from smtp binding, sending email failed: ';
const rows: [answer: string, isUnknown: boolean][] = [
  ['dial tcp 127.0.0.1:25: connect: connection refused', false],
  ['EOF', false], // of the greeting: nothing was sent yet
  ['535 Authentication failed', false],
  ['gomail: could not send email 1: 550 no such user', false],
  ['gomail: could not send email 1: 421-come back later', false],
  ['gomail: could not send email 1: gomail: invalid address "x"', false],
  ['gomail: could not send email 1: EOF', true],
  ['gomail: could not send email 1: read tcp 127.0.0.1:1->127.0.0.1:25: connection reset by peer', true],
];

describe('whether a mail may have been taken, for all that the SMTP binding failed:', () => {
  for (const [answer, isUnknown] of rows) {
    it(`${isUnknown ? 'perhaps' : 'no'}: ${answer}`, () => {
      assert.equal(
        brokeOff(`{"errorCode":"ERR_INVOKE_OUTPUT_BINDING","message":"${BINDING}${answer}"}`),
        isUnknown,
      );
    });
  }
});
