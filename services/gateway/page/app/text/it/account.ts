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
  'account.register_lead':
    'I tuoi MP3 vengono con te, e li raggiungi da qualsiasi dispositivo. I video in corso di invio proseguono. Gli MP3 della tua visita vengono comunque eliminati alla loro scadenza, e quelli nuovi sono conservati per il tempo che un account consente.',
  'account.registered':
    'Il tuo account è pronto. Gli MP3 della tua visita vi restano fino alla scadenza; scarica quello che vuoi conservare.',
  'account.sign_in_warning':
    'Gli MP3 della tua visita come ospite restano indietro. Dopo l’accesso nessuno potrà più raggiungerli.',
  'account.leave_title': 'Uscire e perdere i tuoi MP3?',
  'account.leave_text':
    'Nessuno può accedere di nuovo come questo ospite. Per portare con te i tuoi MP3, crea prima un account oppure scaricali.',
  'account.leave': 'Esci e perdili',
  'account.stay': 'Resta',
};
