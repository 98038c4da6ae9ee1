import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Spanish. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Cuenta',
  'account.sign_out': 'Cerrar sesión',
  'account.upload_limit': 'Envío máximo',
  'account.upload_limit_note':
    'De la mayoría de los vídeos se envía solo el sonido, que es mucho más pequeño.',
  'account.retention': 'Los MP3 se guardan',
  'account.retention_note': 'Descarga lo que quieras conservar más tiempo.',
  'account.guest': 'Estás aquí como invitado',
  'account.guest_lead': 'Solo este navegador llega a tus MP3, y solo hasta que cierres la sesión.',
  'account.register_lead':
    'Tus MP3 se vienen contigo y llegas a ellos desde cualquier dispositivo. Los vídeos que se están enviando continúan. Los MP3 de tu visita se borran igualmente en su momento, y los nuevos se guardan tanto como permite una cuenta.',
  'account.registered':
    'Tu cuenta está lista. Los MP3 de tu visita están en ella hasta que caduquen; descarga lo que quieras conservar.',
  'account.sign_in_warning':
    'Los MP3 de tu visita como invitado se quedan atrás. Cuando hayas iniciado sesión, nadie podrá llegar a ellos.',
  'account.leave_title': '¿Cerrar sesión y perder tus MP3?',
  'account.leave_text':
    'Nadie puede volver a entrar como este invitado. Para llevarte tus MP3, crea antes una cuenta o descárgalos.',
  'account.leave': 'Cerrar sesión y perderlos',
  'account.stay': 'Quedarse',
};
