import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Dutch. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Account',
  'account.sign_out': 'Uitloggen',
  'account.upload_limit': 'Grootste upload',
  'account.upload_limit_note':
    'Van de meeste films wordt alleen het geluid verstuurd. Dat is veel kleiner dan de film.',
  'account.retention': 'MP3’s worden bewaard',
  'account.retention_note': 'Download wat je langer wilt bewaren.',
  'account.guest': 'Je bent een gast',
  'account.guest_lead': 'Alleen deze browser kan bij je MP3’s, en alleen tot je uitlogt.',
  'account.register_lead':
    'Je MP3’s gaan mee, en je kunt er met elk apparaat bij. Films die worden verstuurd, gaan door. De MP3’s van je bezoek worden nog steeds verwijderd wanneer hun tijd om is, en nieuwe blijven zo lang als een account toestaat.',
  'account.registered':
    'Je account is klaar. De MP3’s van je bezoek staan erin tot ze verlopen; download wat je wilt bewaren.',
  'account.sign_in_warning':
    'De MP3’s van je bezoek als gast blijven achter. Zodra je bent ingelogd, kan niemand er meer bij.',
  'account.leave_title': 'Uitloggen en je MP3’s verliezen?',
  'account.leave_text':
    'Niemand kan als deze gast opnieuw inloggen. Maak eerst een account aan om je MP3’s mee te nemen, of download ze.',
  'account.leave': 'Uitloggen en verliezen',
  'account.stay': 'Blijven',
};
