import { useSignal } from '@preact/signals';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import { t } from '../../text/language.ts';

/** The picture that the MP3 carries. A browser that cannot show its format shows nothing. */
export function Cover({ job: { id, filename, mp3 } }: { job: JobView }) {
  const isBroken = useSignal(false);
  if (isBroken.value) return null;
  return (
    <img
      class="cover"
      src={`/jobs/${id}/cover`}
      key={mp3?.sha256}
      alt={t('result.cover', { name: filename })}
      width={112}
      height={112}
      onError={() => {
        isBroken.value = true;
      }}
    />
  );
}
