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
    'Twoje pliki MP3 przejdą na konto i będą dostępne z każdego urządzenia. Wysyłane filmy wysyłają się dalej. Pliki MP3 z tej wizyty i tak zostaną usunięte w swoim terminie, a nowe są przechowywane tak długo, jak pozwala konto.',
  'account.registered':
    'Twoje konto jest gotowe. Pliki MP3 z wizyty są na nim, dopóki nie wygasną. Pobierz to, co chcesz zachować.',
  'account.sign_in_warning':
    'Pliki MP3 z wizyty w roli gościa nie przejdą na to konto. Po zalogowaniu nikt nie będzie miał do nich dostępu.',
  'account.leave_title': 'Wylogować się i stracić pliki MP3?',
  'account.leave_text':
    'Nikt nie może zalogować się ponownie jako ten gość. Aby zabrać pliki MP3 ze sobą, najpierw utwórz konto albo pobierz pliki.',
  'account.leave': 'Wyloguj i strać',
  'account.stay': 'Zostań',
};
