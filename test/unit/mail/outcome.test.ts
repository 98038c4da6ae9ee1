import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { toFailure } from '../../../components/mail/nodemailer/outcome.ts';

const error = (code: string, responseCode?: number) =>
  Object.assign(new Error('what nodemailer says'), { code, ...(responseCode && { responseCode }) });

const rows: [what: string, error: Error, messageBegun: boolean, isUnknown: boolean][] = [
  ['the connection is refused', error('ESOCKET'), false, false],
  ['the host name does not resolve', error('EDNS'), false, false],
  ['the server sends no greeting', error('ETIMEDOUT'), false, false],
  ['the server has no STARTTLS', error('ETLS'), false, false],
  ['the password is wrong', error('EAUTH', 535), false, false],
  ['the connection closes between two commands', error('ECONNECTION'), false, false],
  ['the recipient is unknown', error('EENVELOPE', 550), false, false],
  ['it is cancelled before the message is sent', error('EABORT'), false, false],
  ['the server replies 451 after the message', error('EMESSAGE', 451), true, false],
  ['the server replies 554 after the message', error('EMESSAGE', 554), true, false],
  ['the server closes with a reply of 421 after the message', error('ECONNECTION', 421), true, false],
  ['the connection closes after the message', error('ECONNECTION'), true, true],
  ['the connection is reset after the message', error('ESOCKET'), true, true],
  ['the server is silent after the message', error('ETIMEDOUT'), true, true],
  ['the reply after the message is neither acceptance nor refusal', error('EMESSAGE', 354), true, true],
];

describe('toFailure', () => {
  for (const [what, cause, messageBegun, isUnknown] of rows) {
    it(`says that the mail ${isUnknown ? 'may have been accepted' : 'was not accepted'} when ${what}`, () => {
      const { code, message } = toFailure(cause, messageBegun);
      assert.equal(code, isUnknown ? status.UNKNOWN : status.FAILED_PRECONDITION);
      assert.match(message, /what nodemailer says/);
    });
  }
});
