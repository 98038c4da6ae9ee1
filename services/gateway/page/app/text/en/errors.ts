/** What the page says to errors of the API, by their code, and to a gateway that does not answer. */
export const errors = {
  'error.unreachable': 'The server does not answer. Check your connection; the page keeps trying.',
  'error.invalid_credentials': 'The e-mail address or the password is wrong.',
  'error.email_taken':
    'This address has an account already. Sign in instead, or choose a new password by mail.',
  'error.too_many_requests': 'That was too much at once. Try again in a moment.',
  'error.try_again': 'That was too much. Try again {when}.',
  'error.quota_exceeded':
    'The quota of this account is used up. Try again tomorrow, or delete some conversions.',
  'error.unavailable': 'Something that the server needs does not answer. Try again in a moment.',
  'error.internal': 'The server has failed. Try again; if it stays so, tell the operator.',
  'error.weak_password': 'This password is too short or too easy to guess. Choose another one.',
  'error.invalid_email': 'No mail can be sent to this address. Check how it is written.',
};
