import type { Parts } from '../catalog.ts';

/** The texts of the page about the API, in German. */
export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Alle Routen dieses Servers, mit einer Konsole, die echte Anfragen sendet.',
  'docs.document': 'Dasselbe als OpenAPI-Dokument',
  'docs.routes': 'Routen',
  'docs.signed_in':
    'Anfragen der Konsole werden als {email} gesendet, wenn du nicht unter „Authorize“ ein anderes Token angibst.',
  'docs.signed_in_guest':
    'Anfragen der Konsole werden als dein Gastkonto gesendet, wenn du nicht unter „Authorize“ ein anderes Token angibst.',
  'docs.signed_out':
    'Du bist nicht angemeldet. Gib unter „Authorize“ ein Token an, oder melde dich zuerst an:',
  'docs.sign_in': 'Anmelden',
  'docs.licenses': 'Lizenzen der Bibliotheken in diesen Seiten',
};
