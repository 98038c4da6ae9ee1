import type { Parts } from '../catalog.ts';

/** The texts of the page about the API, in Italian. */
export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Tutte le route di questo server, con una console che invia richieste vere.',
  'docs.document': 'Lo stesso come documento OpenAPI',
  'docs.routes': 'Route',
  'docs.signed_in':
    'Le richieste della console vengono inviate come {email}, a meno che tu non indichi un altro token in «Authorize».',
  'docs.signed_in_guest':
    'Le richieste della console vengono inviate con il tuo account ospite, a meno che tu non indichi un altro token in «Authorize».',
  'docs.signed_out': 'Non hai effettuato l’accesso. Indica un token in «Authorize», o prima accedi:',
  'docs.sign_in': 'Accedi',
  'docs.licenses': 'Licenze delle librerie di queste pagine',
};
