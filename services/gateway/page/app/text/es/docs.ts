import type { Parts } from '../catalog.ts';

/** The texts of the page about the API, in Spanish. */
export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Todas las rutas de este servidor, con una consola que envía peticiones de verdad.',
  'docs.document': 'Lo mismo como documento OpenAPI',
  'docs.routes': 'Rutas',
  'docs.signed_in':
    'Las peticiones de la consola se envían como {email}, salvo que indiques otro token en «Authorize».',
  'docs.signed_in_guest':
    'Las peticiones de la consola se envían con tu cuenta de invitado, salvo que indiques otro token en «Authorize».',
  'docs.signed_out': 'No has iniciado sesión. Indica un token en «Authorize» o inicia sesión primero:',
  'docs.sign_in': 'Iniciar sesión',
  'docs.licenses': 'Licencias de las bibliotecas de estas páginas',
};
