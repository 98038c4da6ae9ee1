export const account = {
  'account.title': 'Account',
  'account.sign_out': 'Sign out',
};
