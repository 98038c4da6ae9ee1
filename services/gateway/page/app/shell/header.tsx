import { hrefOf } from '../route.ts';
import { account, isGuest } from '../session/state.ts';
import { t } from '../text/language.ts';
import { LanguageChoice, ThemeChoice } from './choices.tsx';
import { Icon } from './icons.tsx';
import './shell.css';

export function Header() {
  const isSignedIn = account.value !== null && account.value !== 'unknown';
  return (
    <header class="top">
      <a class="brand" href={hrefOf({ view: 'home' })}>
        <Icon name="logo" />
        <span>mp3converter</span>
      </a>
      {/* Until it is known whether there is a link to the account, nothing is shown that it would move. */}
      {account.value !== 'unknown' && (
        <div class="top-controls">
          <LanguageChoice />
          <ThemeChoice />
          {isSignedIn && (
            <a class="button quiet-button" href={hrefOf({ view: 'account' })}>
              <Icon name="person" />
              <span>{t(isGuest() ? 'shell.guest_account' : 'shell.account')}</span>
            </a>
          )}
        </div>
      )}
    </header>
  );
}
