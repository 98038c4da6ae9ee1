import { hrefOf } from '../route.ts';
import { account } from '../session/state.ts';
import { language, setLanguage, t } from '../text/language.ts';
import { LANGUAGES } from '../text/languages.ts';
import { Icon } from './icons.tsx';
import { setTheme, THEMES, type Theme, theme } from './theme.ts';
import './shell.css';

export function Header() {
  const isSignedIn = account.value !== null && account.value !== 'unknown';
  return (
    <header class="top">
      <a class="brand" href={hrefOf({ view: 'home' })}>
        <Icon name="logo" />
        <span>mp3converter</span>
      </a>
      <div class="top-controls">
        {LANGUAGES.length > 1 && <LanguageChoice />}
        <ThemeChoice />
        {isSignedIn && (
          <a class="button quiet-button" href={hrefOf({ view: 'account' })}>
            <Icon name="person" />
            <span>{t('shell.account')}</span>
          </a>
        )}
      </div>
    </header>
  );
}

function LanguageChoice() {
  return (
    <label class="choice">
      <span class="visually-hidden">{t('shell.language')}</span>
      <select value={language.value} onChange={(event) => void setLanguage(event.currentTarget.value)}>
        {LANGUAGES.map(({ code, name }) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ThemeChoice() {
  return (
    <label class="choice">
      <span class="visually-hidden">{t('shell.theme')}</span>
      <select value={theme.value} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {t(`shell.theme.${name}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
