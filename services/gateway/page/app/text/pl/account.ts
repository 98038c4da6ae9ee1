import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Polish. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Konto',
  'account.sign_out': 'Wyloguj się',
  'account.upload_limit': 'Największy plik do wysłania',
  'account.upload_limit_note':
    'Z większości filmów wysyłany jest tylko dźwięk. Jest znacznie mniejszy niż film.',
  'account.retention': 'Pliki MP3 są przechowywane przez',
  'account.retention_note': 'Pobierz to, co chcesz zachować na dłużej.',
  'account.guest': 'Jesteś gościem',
  'account.guest_lead': 'Tylko ta przeglądarka ma dostęp do twoich plików MP3, i tylko do wylogowania.',
  'account.register_lead':
    'Utwórz konto, a twoje pliki MP3 w nim zostaną. Wysyłane filmy wysyłają się dalej.',
  'account.kept': 'Masz teraz konto. Wszystko zostaje: pliki MP3 i filmy, które są wysyłane.',
  'account.sign_in_warning':
    'Pliki MP3 z wizyty w roli gościa nie przejdą na to konto. Po zalogowaniu nikt nie będzie miał do nich dostępu.',
  'account.leave_title': 'Wylogować się i stracić pliki MP3?',
  'account.leave_text':
    'Nikt nie może zalogować się ponownie jako ten gość. Aby zachować pliki MP3, najpierw utwórz konto.',
  'account.leave': 'Wyloguj i strać',
  'account.stay': 'Zostań',
};
