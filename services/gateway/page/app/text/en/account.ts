/** The account of whoever is signed in. Loaded when it is opened. */
export const account = {
  'account.title': 'Account',
  'account.sign_out': 'Sign out',
  'account.upload_limit': 'Largest upload',
  'account.upload_limit_note': 'Of most films, the sound alone is sent. It is far smaller than the film.',
  'account.retention': 'MP3s are kept for',
  'account.retention_note': 'Download what you want to keep for longer.',
  'account.guest': 'You are a guest',
  'account.guest_lead': 'Only this browser can reach your MP3s, and only until you sign out.',
  'account.register_lead': 'Create an account, and your MP3s are in it. Films that are being sent go on.',
  'account.kept': 'You have an account now. All is kept: your MP3s, and the films that are being sent.',
  'account.sign_in_warning':
    'The MP3s of your visit as a guest stay behind. Nobody can reach them once you have signed in.',
  'account.leave_title': 'Sign out and lose your MP3s?',
  'account.leave_text': 'Nobody can sign in as this guest again. To keep your MP3s, create an account first.',
  'account.leave': 'Sign out, lose them',
  'account.stay': 'Stay',
};
