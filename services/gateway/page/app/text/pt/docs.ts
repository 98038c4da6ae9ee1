import type { Parts } from '../catalog.ts';

/** The texts of the page about the API, in Portuguese. */
export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Todas as rotas deste servidor, com um console que envia pedidos de verdade.',
  'docs.document': 'O mesmo como documento OpenAPI',
  'docs.routes': 'Rotas',
  'docs.signed_in':
    'Os pedidos do console são enviados como {email}, a não ser que você indique outro token em “Authorize”.',
  'docs.signed_in_guest':
    'Os pedidos do console são enviados com a sua conta de convidado, a não ser que você indique outro token em “Authorize”.',
  'docs.signed_out': 'Você não entrou na conta. Indique um token em “Authorize” ou entre primeiro:',
  'docs.sign_in': 'Entrar',
  'docs.licenses': 'Licenças das bibliotecas destas páginas',
};
