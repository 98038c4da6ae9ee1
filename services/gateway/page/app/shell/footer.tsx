import { t } from '../text/language.ts';

export function Footer() {
  return (
    <footer class="bottom quiet">
      <a href="/docs">{t('shell.api')}</a>
    </footer>
  );
}
