import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import type { Mp3Details } from '../../../../../shared/jobs/mp3-details.ts';
import { describeOptions } from '../../convert/options/describe-options.ts';
import { describeTrack } from '../../convert/options/describe-track.ts';
import { formatClock, formatDate, formatSize } from '../../text/format.ts';
import { language, t } from '../../text/language.ts';

interface FactsProps {
  job: JobView;
  details: Mp3Details | null;
}

/** What is known of the MP3 and its film, as terms and their values. */
export function Facts({ job, details }: FactsProps) {
  const { mp3, source } = job;
  const track = source.tracks?.find(({ selected }) => selected);
  return (
    <section aria-labelledby="facts-title">
      <h2 id="facts-title">{t(mp3 ? 'result.facts' : 'result.facts_film')}</h2>
      <dl class="facts">
        {mp3 && <Fact term={t('result.length')} value={formatClock(mp3.duration_seconds)} />}
        {mp3 && <Fact term={t('result.size')} value={formatSize(mp3.size)} />}
        {mp3 && details && <Measures details={details} />}
        <Fact term={t('result.sent')} value={sentText(source)} />
        {track && <Fact term={t('result.source')} value={describeTrack(track)} />}
        <Options options={describeOptions(job.options)} />
        <Fact term={t('result.created')} value={formatDate(job.created_at)} />
        <Fact term={t('result.expires')} value={formatDate(job.expires_at)} />
      </dl>
    </section>
  );
}

function Measures({ details: { bitrate_kbps, integrated_lufs, true_peak_dbtp } }: { details: Mp3Details }) {
  return (
    <>
      <Fact
        term={t('result.bitrate')}
        value={t('result.bitrate_value', { value: numberText(bitrate_kbps, 0) })}
      />
      <Fact
        term={t('result.loudness')}
        value={
          integrated_lufs === null
            ? t('result.silence')
            : t('result.loudness_value', { value: numberText(integrated_lufs, 1) })
        }
      />
      <Fact
        term={t('result.peak')}
        value={
          true_peak_dbtp === null
            ? t('result.silence')
            : t('result.peak_value', { value: numberText(true_peak_dbtp, 1) })
        }
      />
    </>
  );
}

/** How the MP3 was made, in words. */
function Options({ options }: { options: readonly string[] }) {
  if (options.length === 0) return null;
  return (
    <div>
      <dt>{t('result.options')}</dt>
      {options.map((option) => (
        <dd key={option} dir="auto">
          {option}
        </dd>
      ))}
    </div>
  );
}

function Fact({ term, value }: { term: string; value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

function sentText({ size, original }: JobView['source']): string {
  const sent = formatSize(size);
  return original === null ? sent : t('result.sent_part', { sent, whole: formatSize(original.size) });
}

const numberText = (value: number, digits: number): string =>
  value.toLocaleString(language.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
