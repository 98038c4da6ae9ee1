import { language, t } from '../text/language.ts';
import { formatTime, formatWait } from './format.ts';
import { shown } from './overview.ts';

/** How many jobs there are, and how long the first one waits. */
export function Totals() {
  const { overview, at = 0, isStale } = shown.value ?? {};
  const { jobs, failed } = overview ?? {};
  const number = (count: number | undefined) =>
    count === undefined ? undefined : t('operator.count', { count });
  return (
    <section class="stack" aria-labelledby="totals-title">
      <h2 id="totals-title">{t('operator.now')}</h2>
      {isStale && <p class="notice warn">{t('operator.stale', { time: formatTime(at, language.value) })}</p>}
      <dl class="totals">
        <Total name={t('operator.queued')} value={number(jobs?.queued)} />
        <Total
          name={t('operator.oldest')}
          value={jobs && formatWait(jobs.oldest_queued_seconds, language.value)}
        />
        <Total name={t('operator.converting')} value={number(jobs?.converting)} />
        <Total name={t('operator.uploading')} value={number(jobs?.uploading)} />
        <Total name={t('operator.finishing')} value={number(jobs?.finishing)} />
        <Total
          name={t('operator.failed_count')}
          value={
            failed?.is_complete === false
              ? t('operator.more_than', { count: failed.count })
              : number(failed?.count)
          }
          isBad={failed !== undefined && failed !== null && failed.count > 0}
        />
      </dl>
    </section>
  );
}

/** One number. Without a value, it is not known. */
function Total({
  name,
  value,
  isBad = false,
}: {
  name: string;
  value: string | null | undefined;
  isBad?: boolean;
}) {
  return (
    <div class={isBad ? 'total bad' : 'total'}>
      <dt>{name}</dt>
      <dd>{value ?? <span class="quiet small">{t('operator.unknown')}</span>}</dd>
    </div>
  );
}
