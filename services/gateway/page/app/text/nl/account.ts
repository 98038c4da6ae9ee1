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
    'Maak een account aan, en je MP3’s staan erin. Films die worden verstuurd, gaan door.',
  'account.kept': 'Je hebt nu een account. Alles blijft bewaard: je MP3’s en de films die worden verstuurd.',
  'account.sign_in_warning':
    'De MP3’s van je bezoek als gast blijven achter. Zodra je bent ingelogd, kan niemand er meer bij.',
  'account.leave_title': 'Uitloggen en je MP3’s verliezen?',
  'account.leave_text':
    'Niemand kan als deze gast opnieuw inloggen. Maak eerst een account aan om je MP3’s te bewaren.',
  'account.leave': 'Uitloggen en verliezen',
  'account.stay': 'Blijven',
};
