import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in Italian. */
export const access: Parts['access'] = {
  'access.back': 'Torna all’accesso',
  'access.look': 'Guarda nella tua posta',
  'access.spam': 'Ancora niente dopo qualche minuto? Guarda anche nella cartella spam.',
  'access.forgot': 'Scegli una nuova password',
  'access.forgot_lead': 'Indica l’indirizzo del tuo account e ti inviamo un link.',
  'access.forgot_send': 'Invia il link',
  'access.reset_sent':
    'Se {email} ha un account, un’e-mail con un link è in viaggio. Il link vale una volta e per poco tempo.',
  'access.check_sent':
    'Abbiamo inviato un’e-mail a {email}. Apri il suo link per confermare che l’indirizzo è tuo. Poi accedi.',
  'access.check_needed':
    'Non è ancora confermato che {email} sia il tuo indirizzo. Fatti inviare lì un’e-mail e apri il suo link.',
  'access.send': 'Invia l’e-mail',
  'access.resend': 'Invia di nuovo l’e-mail',
  'access.resent': 'L’e-mail è in viaggio, a meno che non ne sia partita una nell’ultima ora.',
  'access.confirm': 'Conferma',
  'access.verify': 'È il tuo indirizzo?',
  'access.verify_lead':
    'Confermalo per usare il tuo account. Se non ne hai creato uno, chiudi questa pagina.',
  'access.verified': 'Il tuo indirizzo è confermato',
  'access.reset_lead': 'Tutti i dispositivi collegati al tuo account vengono scollegati.',
  'access.new_password': 'Nuova password',
  'access.save_password': 'Salva la password',
  'access.reset_done': 'La tua nuova password è salvata',
  'access.email': 'Usare questo indirizzo d’ora in poi?',
  'access.email_lead': 'Allora serve per accedere, e lì arrivano le e-mail sui tuoi MP3.',
  'access.email_done': 'Il tuo indirizzo è cambiato',
  'access.go_on': 'Vai ai tuoi MP3',
  'access.link_incomplete': 'Manca una parte del link. Aprilo di nuovo dall’e-mail.',
  'access.another_reset': 'Fatti inviare un altro link',
  'access.another_verify': 'Accedi e ti proponiamo di inviarti un’altra e-mail.',
  'access.another_email': 'Chiedi di nuovo il cambio nel tuo account.',
  'access.factor': 'Ancora un passo',
  'access.factor_lead':
    'Scrivi il codice che mostra la tua app. Se non l’hai a portata di mano, usa uno dei tuoi codici di recupero.',
  'access.code': 'Codice',
  'access.passkey_none': 'Il browser non ha dato alcuna passkey. Riprova quando vuoi.',
  'error.wrong_code': 'Questo codice è sbagliato o è già stato usato. Prova il prossimo.',
  'error.link_expired': 'Questo link è scaduto o è già stato usato.',
  'error.sign_in_failed': 'L’accesso lì non è riuscito. Riprova.',
  'error.email_not_verified':
    'L’indirizzo di questo account non è ancora confermato. Accedi prima con l’indirizzo e la sua password.',
  'error.sign_in_cancelled': 'Hai annullato l’accesso lì.',
  'error.account_exists':
    'Con quel servizio hai già un account qui. Sei ancora un ospite e hai ancora i tuoi MP3. Se accedi a quell’account, restano indietro.',
  'error.passkey_refused': 'Questa passkey non appartiene a nessun account qui.',
  'access.joined': 'Collegato. D’ora in poi puoi accedere così.',
};
