import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in German. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Konto',
  'account.sign_out': 'Abmelden',
  'account.upload_limit': 'Größter Upload',
  'account.upload_limit_note':
    'Von den meisten Filmen wird nur der Ton gesendet. Er ist viel kleiner als der Film.',
  'account.retention': 'MP3s bleiben gespeichert',
  'account.retention_note': 'Lade herunter, was du länger behalten willst.',
  'account.guest': 'Du bist Gast',
  'account.guest_lead': 'Nur dieser Browser kommt an deine MP3s, und nur, bis du dich abmeldest.',
  'account.register_lead':
    'Erstelle ein Konto, und deine MP3s sind darin. Filme, die gerade gesendet werden, laufen weiter.',
  'account.kept':
    'Du hast jetzt ein Konto. Alles bleibt erhalten: deine MP3s und die Filme, die gerade gesendet werden.',
  'account.sign_in_warning':
    'Die MP3s deines Besuchs als Gast bleiben zurück. Sobald du angemeldet bist, kommt niemand mehr an sie heran.',
  'account.leave_title': 'Abmelden und die MP3s verlieren?',
  'account.leave_text':
    'Als dieser Gast kann sich niemand wieder anmelden. Um deine MP3s zu behalten, erstelle erst ein Konto.',
  'account.leave': 'Abmelden und verlieren',
  'account.stay': 'Bleiben',
};
