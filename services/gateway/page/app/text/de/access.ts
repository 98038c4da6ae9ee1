import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in German. */
export const access: Parts['access'] = {
  'access.back': 'Zurück zur Anmeldung',
  'access.look': 'Sieh in dein Postfach',
  'access.spam': 'Nach ein paar Minuten noch nichts da? Sieh auch im Spam-Ordner nach.',
  'access.forgot': 'Neues Passwort wählen',
  'access.forgot_lead': 'Gib die Adresse deines Kontos an, dann senden wir dir einen Link.',
  'access.forgot_send': 'Link senden',
  'access.reset_sent':
    'Wenn es zu {email} ein Konto gibt, ist eine Mail mit einem Link unterwegs. Der Link gilt einmal und nicht lange.',
  'access.check_sent':
    'Wir haben eine Mail an {email} gesendet. Öffne den Link darin, um zu bestätigen, dass die Adresse dir gehört. Danach melde dich an.',
  'access.check_needed':
    'Noch ist nicht bestätigt, dass {email} deine Adresse ist. Lass eine Mail dorthin senden, und öffne den Link darin.',
  'access.send': 'Mail senden',
  'access.resend': 'Mail noch einmal senden',
  'access.resent': 'Die Mail ist unterwegs, falls nicht in der letzten Stunde schon eine gesendet wurde.',
  'access.confirm': 'Bestätigen',
  'access.verify': 'Ist das deine Adresse?',
  'access.verify_lead':
    'Bestätige sie, um dein Konto zu benutzen. Wenn du keines erstellt hast, schließe diese Seite.',
  'access.verified': 'Deine Adresse ist bestätigt',
  'access.reset_lead': 'Alle Geräte, die in deinem Konto angemeldet sind, werden abgemeldet.',
  'access.new_password': 'Neues Passwort',
  'access.save_password': 'Passwort speichern',
  'access.reset_done': 'Dein neues Passwort ist gespeichert',
  'access.email': 'Ab jetzt diese Adresse benutzen?',
  'access.email_lead': 'Dann meldest du dich damit an, und dorthin gehen die Mails zu deinen MP3s.',
  'access.email_done': 'Deine Adresse ist geändert',
  'access.go_on': 'Weiter zu deinen MP3s',
  'access.link_incomplete': 'Ein Teil des Links fehlt. Öffne ihn noch einmal aus der Mail.',
  'access.another_reset': 'Einen neuen Link senden lassen',
  'access.another_verify': 'Melde dich an, dann kannst du dir eine neue Mail senden lassen.',
  'access.another_email': 'Ändere die Adresse noch einmal in deinem Konto.',
  'access.factor': 'Noch ein Schritt',
  'access.factor_lead':
    'Gib den Code ein, den deine App anzeigt. Wenn du sie nicht zur Hand hast, nimm einen deiner Wiederherstellungscodes.',
  'access.code': 'Code',
  'access.passkey_none':
    'Der Browser hat keinen Passkey geliefert. Versuche es noch einmal, wenn du so weit bist.',
  'error.wrong_code': 'Dieser Code ist falsch oder wurde schon benutzt. Nimm den nächsten.',
  'error.link_expired': 'Dieser Link ist abgelaufen oder wurde schon benutzt.',
  'error.sign_in_failed': 'Die Anmeldung dort hat nicht geklappt. Versuche es noch einmal.',
  'error.email_not_verified':
    'Die Adresse dieses Kontos ist noch nicht bestätigt. Melde dich zuerst mit der Adresse und ihrem Passwort an.',
  'error.sign_in_cancelled': 'Du hast die Anmeldung dort abgebrochen.',
  'error.account_exists':
    'Mit diesem Dienst hast du hier schon ein Konto. Du bist weiter Gast und hast deine MP3s noch. Wenn du dich mit dem Konto anmeldest, bleiben sie zurück.',
  'error.passkey_refused': 'Dieser Passkey gehört zu keinem Konto hier.',
  'access.joined': 'Verbunden. Ab jetzt kannst du dich damit anmelden.',
};
