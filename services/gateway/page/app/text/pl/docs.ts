import type { Parts } from '../catalog.ts';

export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Wszystkie ścieżki tego serwera, z konsolą wysyłającą prawdziwe żądania.',
  'docs.document': 'To samo jako dokument OpenAPI',
  'docs.routes': 'Ścieżki',
  'docs.signed_in': 'Żądania z konsoli są wysyłane jako {email}, chyba że podasz inny token w „Authorize”.',
  'docs.signed_in_guest':
    'Żądania z konsoli są wysyłane z twojego konta gościa, chyba że podasz inny token w „Authorize”.',
  'docs.signed_out': 'Nie masz otwartej sesji. Podaj token w „Authorize” albo najpierw się zaloguj:',
  'docs.sign_in': 'Zaloguj się',
  'docs.licenses': 'Licencje bibliotek użytych na tych stronach',
};
