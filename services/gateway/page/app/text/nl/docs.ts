import type { Parts } from '../catalog.ts';

/** The texts of the page about the API, in Dutch. */
export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Alle routes van deze server, met een console die echte verzoeken verstuurt.',
  'docs.document': 'Hetzelfde als OpenAPI-document',
  'docs.routes': 'Routes',
  'docs.signed_in':
    'Verzoeken van de console worden verstuurd als {email}, tenzij je onder ‘Authorize’ een ander token opgeeft.',
  'docs.signed_in_guest':
    'Verzoeken van de console worden verstuurd met je gastaccount, tenzij je onder ‘Authorize’ een ander token opgeeft.',
  'docs.signed_out': 'Je bent niet ingelogd. Geef onder ‘Authorize’ een token op, of log eerst in:',
  'docs.sign_in': 'Inloggen',
  'docs.licenses': 'Licenties van de bibliotheken in deze pagina’s',
};
