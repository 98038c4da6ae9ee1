import type { ConversionView, ConverterView } from '../../../operator/overview-view.ts';
import { formatPercent } from '../text/format.ts';
import { hasText, language, t } from '../text/language.ts';
import { formatSpeed } from './format.ts';
import { shown } from './overview.ts';
import { shortId } from './short-id.ts';

/** The converters that run, and what they do. */
export function ConvertersSection() {
  const converters = shown.value?.overview.converters;
  return (
    <section class="stack" aria-labelledby="converters-title">
      <h2 id="converters-title">{t('operator.converters')}</h2>
      {shown.value && !converters && <p class="quiet">{t('operator.converters_unknown')}</p>}
      {converters?.length === 0 && <p class="notice warn">{t('operator.no_converters')}</p>}
      <ul class="plain converters">
        {converters?.map((converter) => (
          <Converter key={converter.id} converter={converter} />
        ))}
      </ul>
    </section>
  );
}

function Converter({ converter }: { converter: ConverterView }) {
  const { id, host, conversions, concurrency, sound_speed, sound_speed_normalized } = converter;
  return (
    <li class="card converter">
      <h3>
        <bdi>{host ?? t('operator.converter', { id: shortId(id) })}</bdi>
      </h3>
      <p class="fact-line quiet">
        <span>
          {conversions
            ? t('operator.at_work', { busy: conversions.length, count: concurrency })
            : t('operator.places', { count: concurrency })}
        </span>
        {sound_speed !== null && (
          <span>{t('operator.average_speed', { speed: formatSpeed(sound_speed, language.value) })}</span>
        )}
        {sound_speed_normalized !== null && (
          <span>
            {t('operator.average_speed_normalized', {
              speed: formatSpeed(sound_speed_normalized, language.value),
            })}
          </span>
        )}
      </p>
      {conversions === null && <p class="quiet">{t('operator.does_not_say')}</p>}
      {conversions?.length === 0 && <p class="quiet">{t('operator.idle')}</p>}
      <ul class="plain conversions">
        {conversions?.map((conversion) => (
          <Conversion key={conversion.job_id} conversion={conversion} />
        ))}
      </ul>
    </li>
  );
}

function Conversion({ conversion }: { conversion: ConversionView }) {
  const { job_id, stage, progress, speed } = conversion;
  const key = `operator.stage.${stage}`;
  return (
    <li class="conversion">
      <p class="fact-line">
        <span title={job_id}>{t('operator.job', { id: shortId(job_id) })}</span>
        <span>{hasText(key) ? t(key) : stage}</span>
        {speed !== null && <span>{t('operator.speed', { speed: formatSpeed(speed, language.value) })}</span>}
        {progress !== null && <span>{formatPercent(progress)}</span>}
      </p>
      <progress
        max={1}
        value={progress ?? undefined}
        aria-label={t('operator.progress_of', { id: shortId(job_id) })}
      />
    </li>
  );
}
