import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Italian. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Account',
  'account.sign_out': 'Esci',
  'account.upload_limit': 'Invio massimo',
  'account.upload_limit_note':
    'Della maggior parte dei video si invia solo l’audio, che è molto più piccolo.',
  'account.retention': 'Gli MP3 sono conservati per',
  'account.retention_note': 'Scarica quello che vuoi conservare più a lungo.',
  'account.guest': 'Sei un ospite',
  'account.guest_lead': 'Solo questo browser può raggiungere i tuoi MP3, e solo finché non esci.',
  'account.register_lead': 'Crea un account e vi troverai i tuoi MP3. I video in corso di invio proseguono.',
  'account.kept': 'Ora hai un account. Tutto è conservato: i tuoi MP3 e i video in corso di invio.',
  'account.sign_in_warning':
    'Gli MP3 della tua visita come ospite restano indietro. Dopo l’accesso nessuno potrà più raggiungerli.',
  'account.leave_title': 'Uscire e perdere i tuoi MP3?',
  'account.leave_text':
    'Nessuno può accedere di nuovo come questo ospite. Per conservare i tuoi MP3, crea prima un account.',
  'account.leave': 'Esci e perdili',
  'account.stay': 'Resta',
};
