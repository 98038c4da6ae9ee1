export const session = {
  'session.headline': 'Drop a film, take the MP3.',
  'session.lead': 'Films, clips, recordings: whatever has sound becomes an MP3 that plays everywhere.',
  'session.promise.sound': 'Only the sound is sent. The picture stays on your device.',
  'session.promise.resume':
    'A lost connection or a closed lid costs nothing: the upload goes on where it stopped.',
  'session.promise.private': 'Films are deleted soon after the conversion, and the MP3s after some days.',
  'session.ended': 'Your session has ended.',
  'session.ended_hint': 'Sign in again to go on. What you have chosen here is kept.',
  'session.signed_out_here':
    'You are signed out on this device. The server could not be told, so the session ends there by itself.',
  'session.sign_in': 'Sign in',
  'session.register': 'Create an account',
  'session.email': 'E-mail address',
  'session.password': 'Password',
  'session.password_hint': 'At least 8 characters; 15 or more are better.',
  'session.show_password': 'Show the password',
  'session.forgot': 'Forgot your password?',
  'session.passkey': 'Sign in with a passkey',
  'session.provider': 'Sign in with {name}',
  'session.no_account': 'New here?',
  'session.have_account': 'You have an account?',
  'session.guest_start': 'Try it without an account',
  'session.guest_limits': 'With small limits: {size} a film, MP3s kept for {time}, no e-mails.',
  'session.guest_ended': 'Your visit as a guest has ended. Its MP3s cannot be reached any more.',
  'session.guest_notice':
    'You are a guest. Only this browser can reach your MP3s, and each is deleted after {time}.',
  'session.guest_register': 'Create an account to reach them from anywhere',
};
