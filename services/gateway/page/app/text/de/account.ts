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
    'Deine MP3s kommen mit, und du erreichst sie von jedem Gerät. Filme, die gerade gesendet werden, laufen weiter. Die MP3s deines Besuchs werden trotzdem gelöscht, wenn ihre Zeit um ist; neue bleiben so lange, wie es ein Konto erlaubt.',
  'account.registered':
    'Dein Konto ist bereit. Die MP3s deines Besuchs sind darin, bis ihre Zeit um ist. Lade herunter, was du behalten willst.',
  'account.sign_in_warning':
    'Die MP3s deines Besuchs als Gast bleiben zurück. Sobald du angemeldet bist, kommt niemand mehr an sie heran.',
  'account.leave_title': 'Abmelden und die MP3s verlieren?',
  'account.leave_text':
    'Als dieser Gast kann sich niemand wieder anmelden. Um deine MP3s mitzunehmen, erstelle erst ein Konto, oder lade sie herunter.',
  'account.leave': 'Abmelden und verlieren',
  'account.stay': 'Bleiben',
};
