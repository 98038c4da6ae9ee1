import { language, setLanguage, t } from '../text/language.ts';
import { LANGUAGES } from '../text/languages.ts';
import { Icon } from './icons.tsx';
import { setTheme, THEMES, type Theme, theme } from './theme.ts';

export function LanguageChoice() {
  if (LANGUAGES.length < 2) return null;
  return (
    <label class="choice icon-choice">
      <Icon name="globe" />
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

export function ThemeChoice() {
  return (
    <label class="choice icon-choice">
      <Icon name="theme" />
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
