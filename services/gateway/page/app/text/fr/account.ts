import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in French. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Compte',
  'account.sign_out': 'Se déconnecter',
  'account.upload_limit': 'Envoi maximal',
  'account.upload_limit_note':
    'De la plupart des vidéos, seul le son est envoyé. Il est bien plus petit que la vidéo.',
  'account.retention': 'Durée de conservation des MP3',
  'account.retention_note': 'Téléchargez ce que vous voulez garder plus longtemps.',
  'account.guest': 'Vous êtes un invité',
  'account.guest_lead': 'Seul ce navigateur peut accéder à vos MP3, et seulement jusqu’à votre déconnexion.',
  'account.register_lead':
    'Vos MP3 vous suivent, et vous y accédez depuis n’importe quel appareil. Les vidéos en cours d’envoi continuent. Les MP3 de votre visite sont tout de même supprimés à la date prévue, et les nouveaux sont conservés aussi longtemps qu’un compte le permet.',
  'account.registered':
    'Votre compte est prêt. Les MP3 de votre visite s’y trouvent jusqu’à leur expiration. Téléchargez ce que vous voulez garder.',
  'account.sign_in_warning':
    'Les MP3 de votre visite en tant qu’invité resteront derrière vous. Une fois que vous serez connecté, personne ne pourra plus y accéder.',
  'account.leave_title': 'Se déconnecter et perdre vos MP3 ?',
  'account.leave_text':
    'Personne ne peut se reconnecter comme cet invité. Pour emporter vos MP3, créez d’abord un compte ou téléchargez-les.',
  'account.leave': 'Se déconnecter et les perdre',
  'account.stay': 'Rester',
};
