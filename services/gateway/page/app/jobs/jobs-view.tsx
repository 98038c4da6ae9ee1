import { t } from '../text/language.ts';

/** The history of conversions. */
export function JobsView() {
  return (
    <section aria-labelledby="jobs-title">
      <h2 id="jobs-title">{t('jobs.title')}</h2>
    </section>
  );
}
