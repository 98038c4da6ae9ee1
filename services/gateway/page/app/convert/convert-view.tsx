import { t } from '../text/language.ts';

/** Where somebody drops films, sees what will be sent, and chooses how they are converted. */
export function ConvertView() {
  return (
    <section class="card" aria-labelledby="convert-title">
      <h1 id="convert-title">{t('convert.title')}</h1>
    </section>
  );
}
