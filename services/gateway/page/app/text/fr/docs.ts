import type { Parts } from '../catalog.ts';

/** The texts of the page about the API, in French. */
export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Toutes les routes de ce serveur, avec une console qui envoie de vraies requêtes.',
  'docs.document': 'La même chose en document OpenAPI',
  'docs.routes': 'Routes',
  'docs.signed_in':
    'Les requêtes de la console sont envoyées en tant que {email}, sauf si vous donnez un autre jeton sous « Authorize ».',
  'docs.signed_in_guest':
    'Les requêtes de la console sont envoyées avec votre compte invité, sauf si vous donnez un autre jeton sous « Authorize ».',
  'docs.signed_out':
    'Vous n’êtes pas connecté. Donnez un jeton sous « Authorize », ou connectez-vous d’abord :',
  'docs.sign_in': 'Se connecter',
  'docs.licenses': 'Licences des bibliothèques de ces pages',
};
