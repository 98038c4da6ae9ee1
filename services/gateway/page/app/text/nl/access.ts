import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in Dutch. */
export const access: Parts['access'] = {
  'access.back': 'Terug naar inloggen',
  'access.look': 'Kijk in je mailbox',
  'access.spam': 'Na een paar minuten nog niets? Kijk ook in de map met spam.',
  'access.forgot': 'Kies een nieuw wachtwoord',
  'access.forgot_lead': 'Geef het adres van je account, dan sturen we je een link.',
  'access.forgot_send': 'Link sturen',
  'access.reset_sent':
    'Als {email} een account heeft, is er een mail met een link onderweg. De link werkt één keer, en niet lang.',
  'access.check_sent':
    'We hebben een mail gestuurd naar {email}. Open de link daarin om te bevestigen dat het adres van jou is. Log daarna in.',
  'access.check_needed':
    'Het is nog niet bevestigd dat {email} jouw adres is. Laat er een mail heen sturen en open de link daarin.',
  'access.send': 'Mail sturen',
  'access.resend': 'Mail nog eens sturen',
  'access.resent': 'De mail is onderweg, tenzij er het afgelopen uur al een is gestuurd.',
  'access.confirm': 'Bevestigen',
  'access.verify': 'Is dit jouw adres?',
  'access.verify_lead':
    'Bevestig het om je account te gebruiken. Heb je er geen gemaakt, sluit dan deze pagina.',
  'access.verified': 'Je adres is bevestigd',
  'access.reset_lead': 'Alle apparaten die op je account zijn ingelogd, worden uitgelogd.',
  'access.new_password': 'Nieuw wachtwoord',
  'access.save_password': 'Wachtwoord opslaan',
  'access.reset_done': 'Je nieuwe wachtwoord is opgeslagen',
  'access.email': 'Vanaf nu dit adres gebruiken?',
  'access.email_lead': 'Daarmee log je dan in, en daarheen gaan de mails over je MP3’s.',
  'access.email_done': 'Je adres is gewijzigd',
  'access.go_on': 'Verder naar je MP3’s',
  'access.link_incomplete': 'Er ontbreekt een deel van de link. Open hem opnieuw vanuit de mail.',
  'access.another_reset': 'Nog een link laten sturen',
  'access.another_verify': 'Log in, dan kun je nog een mail laten sturen.',
  'access.another_email': 'Vraag de wijziging opnieuw aan in je account.',
  'access.factor': 'Nog één stap',
  'access.factor_lead':
    'Vul de code in die je app toont. Heb je die niet bij de hand, gebruik dan een van je herstelcodes.',
  'access.code': 'Code',
  'access.passkey_none': 'De browser gaf geen passkey. Probeer het opnieuw als je zover bent.',
  'error.wrong_code': 'Deze code klopt niet, of is al gebruikt. Probeer de volgende.',
  'error.link_expired': 'Deze link is verlopen, of is al gebruikt.',
  'error.sign_in_failed': 'Inloggen daar is niet gelukt. Probeer het opnieuw.',
  'error.email_not_verified':
    'Het adres van dit account is nog niet bevestigd. Log eerst in met het adres en het wachtwoord.',
  'error.sign_in_cancelled': 'Je hebt het inloggen daar geannuleerd.',
  'error.account_exists':
    'Met die dienst heb je hier al een account. Je bent nog steeds gast en hebt je MP3’s nog. Ze blijven achter als je op dat account inlogt.',
  'error.passkey_refused': 'Deze passkey hoort hier bij geen account.',
  'access.joined': 'Gekoppeld. Vanaf nu kun je ermee inloggen.',
};
