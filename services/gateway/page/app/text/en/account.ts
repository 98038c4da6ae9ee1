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
  'account.register_lead':
    'Your MP3s come along, so you reach them from any device. Films that are being sent go on. The MP3s of your visit are still deleted when they would have been, and new ones are kept as long as an account allows.',
  'account.registered':
    'Your account is ready. The MP3s of your visit are in it until they expire; download what you want to keep.',
  'account.sign_in_warning':
    'The MP3s of your visit as a guest stay behind. Nobody can reach them once you have signed in.',
  'account.leave_title': 'Sign out and lose your MP3s?',
  'account.leave_text':
    'Nobody can sign in as this guest again. To take your MP3s along, create an account first, or download them.',
  'account.leave': 'Sign out, lose them',
  'account.stay': 'Stay',
};
