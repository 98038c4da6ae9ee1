import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in French. */
export const access: Parts['access'] = {
  'access.back': 'Retour à la connexion',
  'access.look': 'Regardez votre messagerie',
  'access.spam': 'Rien après quelques minutes ? Regardez aussi dans les indésirables.',
  'access.forgot': 'Choisir un nouveau mot de passe',
  'access.forgot_lead': 'Indiquez l’adresse de votre compte, et nous vous envoyons un lien.',
  'access.forgot_send': 'Envoyer le lien',
  'access.reset_sent':
    'Si {email} a un compte, un e-mail avec un lien est en route. Le lien sert une seule fois, et pas longtemps.',
  'access.check_sent':
    'Nous avons envoyé un e-mail à {email}. Ouvrez son lien pour confirmer que l’adresse est la vôtre. Connectez-vous ensuite.',
  'access.check_needed':
    'Il n’est pas encore confirmé que {email} est votre adresse. Faites-y envoyer un e-mail, et ouvrez son lien.',
  'access.send': 'Envoyer l’e-mail',
  'access.resend': 'Renvoyer l’e-mail',
  'access.resent': 'L’e-mail est en route, sauf si un autre a été envoyé dans la dernière heure.',
  'access.confirm': 'Confirmer',
  'access.verify': 'Est-ce votre adresse ?',
  'access.verify_lead':
    'Confirmez-la pour utiliser votre compte. Si vous n’en avez pas créé, fermez cette page.',
  'access.verified': 'Votre adresse est confirmée',
  'access.reset_lead': 'Tous les appareils connectés à votre compte sont déconnectés.',
  'access.new_password': 'Nouveau mot de passe',
  'access.save_password': 'Enregistrer le mot de passe',
  'access.reset_done': 'Votre nouveau mot de passe est enregistré',
  'access.email': 'Utiliser désormais cette adresse ?',
  'access.email_lead': 'Elle sert alors à vous connecter, et les e-mails sur vos MP3 y sont envoyés.',
  'access.email_done': 'Votre adresse est changée',
  'access.go_on': 'Continuer vers vos MP3',
  'access.link_incomplete': 'Une partie du lien manque. Ouvrez-le de nouveau depuis l’e-mail.',
  'access.another_reset': 'Demander un autre lien',
  'access.another_verify': 'Connectez-vous, et nous vous proposons un autre e-mail.',
  'access.another_email': 'Demandez de nouveau le changement dans votre compte.',
  'access.factor': 'Encore une étape',
  'access.factor_lead':
    'Saisissez le code que montre votre application. Si vous ne l’avez pas sous la main, utilisez un de vos codes de secours.',
  'access.code': 'Code',
  'access.passkey_none': 'Le navigateur n’a donné aucune clé d’accès. Réessayez quand vous êtes prêt.',
  'error.wrong_code': 'Ce code est incorrect, ou a déjà servi. Essayez le suivant.',
  'error.link_expired': 'Ce lien a expiré, ou a déjà servi.',
  'error.sign_in_failed': 'La connexion là-bas n’a pas marché. Réessayez.',
  'error.email_not_verified':
    'L’adresse de ce compte n’est pas encore confirmée. Connectez-vous d’abord avec l’adresse et son mot de passe.',
  'error.sign_in_cancelled': 'Vous avez annulé la connexion là-bas.',
  'error.account_exists':
    'Vous avez déjà un compte ici avec ce service. Vous êtes toujours un invité et vous avez encore vos MP3. Ils resteront derrière vous si vous vous connectez à ce compte.',
  'error.passkey_refused': 'Cette clé d’accès n’appartient à aucun compte ici.',
  'access.joined': 'C’est relié. Vous pouvez désormais vous connecter ainsi.',
};
