import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in Polish. */
export const access: Parts['access'] = {
  'access.back': 'Wróć do logowania',
  'access.look': 'Zajrzyj do skrzynki',
  'access.spam': 'Po kilku minutach nadal nic? Zajrzyj też do folderu ze spamem.',
  'access.forgot': 'Wybierz nowe hasło',
  'access.forgot_lead': 'Podaj adres swojego konta, a wyślemy ci link.',
  'access.forgot_send': 'Wyślij link',
  'access.reset_sent':
    'Jeśli {email} ma konto, wiadomość z linkiem jest w drodze. Link działa raz i niedługo.',
  'access.check_sent':
    'Wysłaliśmy wiadomość na adres {email}. Otwórz link z tej wiadomości, aby potwierdzić, że to twój adres. Potem się zaloguj.',
  'access.check_needed':
    'Nie potwierdzono jeszcze, że {email} to twój adres. Poproś o wysłanie tam wiadomości i otwórz link, który w niej jest.',
  'access.send': 'Wyślij wiadomość',
  'access.resend': 'Wyślij wiadomość ponownie',
  'access.resent': 'Wiadomość jest w drodze, chyba że w ciągu ostatniej godziny już jakąś wysłano.',
  'access.confirm': 'Potwierdź',
  'access.verify': 'Czy to twój adres?',
  'access.verify_lead':
    'Potwierdź go, aby korzystać z konta. Jeśli to nie ty je zakładasz, zamknij tę stronę.',
  'access.verified': 'Adres jest potwierdzony',
  'access.reset_lead': 'Wszystkie urządzenia zalogowane na twoim koncie zostaną wylogowane.',
  'access.new_password': 'Nowe hasło',
  'access.save_password': 'Zapisz hasło',
  'access.reset_done': 'Nowe hasło zostało zapisane',
  'access.email': 'Używać odtąd tego adresu?',
  'access.email_lead':
    'Wtedy logujesz się tym adresem i na niego przychodzą wiadomości o twoich plikach MP3.',
  'access.email_done': 'Adres został zmieniony',
  'access.go_on': 'Przejdź do swoich plików MP3',
  'access.link_incomplete': 'Brakuje części linku. Otwórz go ponownie z wiadomości.',
  'access.another_reset': 'Poproś o nowy link',
  'access.another_verify': 'Zaloguj się, a zaproponujemy wysłanie nowej wiadomości.',
  'access.another_email': 'Poproś ponownie o zmianę na swoim koncie.',
  'access.factor': 'Jeszcze jeden krok',
  'access.factor_lead':
    'Wpisz kod, który pokazuje aplikacja. Jeśli nie masz jej pod ręką, użyj jednego z kodów odzyskiwania.',
  'access.code': 'Kod',
  'access.passkey_none': 'Przeglądarka nie podała klucza dostępu. Spróbuj ponownie w dogodnej chwili.',
  'error.wrong_code': 'Ten kod jest błędny albo został już użyty. Spróbuj następnego.',
  'error.link_expired': 'Ten link wygasł albo został już użyty.',
  'error.sign_in_failed': 'Logowanie tam się nie udało. Spróbuj ponownie.',
  'error.email_not_verified':
    'Adres tego konta nie został jeszcze potwierdzony. Najpierw zaloguj się adresem i hasłem.',
  'error.sign_in_cancelled': 'Logowanie tam zostało anulowane.',
  'error.account_exists':
    'Z tą usługą masz tu już konto. Nadal jesteś gościem i masz swoje pliki MP3. Jeśli zalogujesz się na to konto, nie przejdą na nie.',
  'error.passkey_refused': 'Ten klucz dostępu nie należy do żadnego konta tutaj.',
  'access.joined': 'Połączono. Od teraz możesz się w ten sposób logować.',
};
