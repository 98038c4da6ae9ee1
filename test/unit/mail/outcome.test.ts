import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { failureOf } from '../../../components/mail/nodemailer/outcome.ts';

const error = (code: string, responseCode?: number) =>
  Object.assign(new Error('what nodemailer says'), { code, ...(responseCode && { responseCode }) });

const rows: [what: string, error: Error, messageBegun: boolean, isUnknown: boolean][] = [
  ['nobody listens', error('ESOCKET'), false, false],
  ['no such host', error('EDNS'), false, false],
  ['no greeting', error('ETIMEDOUT'), false, false],
  ['no STARTTLS', error('ETLS'), false, false],
  ['a wrong password', error('EAUTH', 535), false, false],
  ['broken off between the commands', error('ECONNECTION'), false, false],
  ['an unknown recipient', error('EENVELOPE', 550), false, false],
  ['taken back in time', error('EABORT'), false, false],
  ['no: for now, after the message', error('EMESSAGE', 451), true, false],
  ['no: for good, after the message', error('EMESSAGE', 554), true, false],
  ['the server closes, and says so', error('ECONNECTION', 421), true, false],
  ['broken off after the message', error('ECONNECTION'), true, true],
  ['reset after the message', error('ESOCKET'), true, true],
  ['silence after the message', error('ETIMEDOUT'), true, true],
  ['neither yes nor no', error('EMESSAGE', 354), true, true],
];

describe('whether a mail may have been taken', () => {
  for (const [what, cause, messageBegun, isUnknown] of rows) {
    it(`${isUnknown ? 'perhaps' : 'no'}: ${what}`, () => {
      const { code, message } = failureOf(cause, messageBegun);
      assert.equal(code, isUnknown ? status.UNKNOWN : status.FAILED_PRECONDITION);
      assert.match(message, /what nodemailer says/);
    });
  }
});
