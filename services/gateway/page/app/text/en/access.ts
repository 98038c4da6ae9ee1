/** Getting into an account in another way than with its password, and the links of mails. Loaded when it is needed. */
export const access = {
  'access.back': 'Back to signing in',
  'access.look': 'Look into your mailbox',
  'access.spam': 'Nothing after a few minutes? Look into the folder for spam, too.',
  'access.forgot': 'Choose a new password',
  'access.forgot_lead': 'Tell us the address of your account, and we send you a link.',
  'access.forgot_send': 'Send the link',
  'access.reset_sent':
    'If {email} has an account, a mail with a link is on its way. The link works once, and not for long.',
  'access.check_sent':
    'We have sent a mail to {email}. Open its link to confirm that the address is yours. Then sign in.',
  'access.check_needed':
    'It is not confirmed yet that {email} is your address. Have a mail sent there, and open its link.',
  'access.send': 'Send the mail',
  'access.resend': 'Send the mail again',
  'access.resent': 'The mail is on its way, unless one was sent within the last hour.',
  'access.confirm': 'Confirm',
  'access.verify': 'Is this your address?',
  'access.verify_lead': 'Confirm it to use your account. If you have not created one, close this page.',
  'access.verified': 'Your address is confirmed',
  'access.reset_lead': 'All devices that are signed in to your account are signed out.',
  'access.new_password': 'New password',
  'access.save_password': 'Save the password',
  'access.reset_done': 'Your new password is saved',
  'access.email': 'Use this address from now on?',
  'access.email_lead': 'You then sign in with it, and mails about your MP3s go there.',
  'access.email_done': 'Your address is changed',
  'access.go_on': 'Go on to your MP3s',
  'access.link_incomplete': 'A part of the link is missing. Open it again from the mail.',
  'access.another_reset': 'Have another link sent',
  'access.another_verify': 'Sign in, and we offer to send you another mail.',
  'access.another_email': 'Ask for the change again in your account.',
  'access.factor': 'One more step',
  'access.factor_lead':
    'Enter the code that your app shows. If you do not have it at hand, use one of your recovery codes.',
  'access.code': 'Code',
  'access.passkey_none': 'The browser gave no passkey. Try again when you are ready.',
  'error.wrong_code': 'This code is wrong, or it was used before. Try the next one.',
  'error.link_expired': 'This link has expired, or it was used before.',
  'error.sign_in_failed': 'Signing in there did not work. Try again.',
  'error.email_not_verified':
    'The address of this account is not confirmed yet. Sign in with the address and its password first.',
  'error.sign_in_cancelled': 'You have cancelled signing in there.',
  'error.account_exists':
    'You have an account here with that service already. You are still a guest and still have your MP3s. They stay behind if you sign in to that account.',
  'error.passkey_refused': 'This passkey does not belong to an account here.',
  'access.joined': 'It is connected. From now on you can sign in with it.',
};
