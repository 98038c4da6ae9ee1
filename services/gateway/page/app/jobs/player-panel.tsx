import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { loadTexts } from '../text/language.ts';
import { FailedToLoad } from './failed-to-load.tsx';
import { useKeptFocus } from './use-kept-focus.ts';
import { useLoaded } from './use-loaded.ts';

/** The player of a job in the list. Its code and the waveform are loaded when it is opened. */
export function PlayerPanel({ job }: { job: JobView }) {
  const { loaded, retry } = useLoaded(async (signal) => {
    const [{ Player }, details] = await Promise.all([
      import('./result/player.tsx'),
      import('./result/load-details.ts').then(({ loadDetails }) => loadDetails(job.id, signal)),
      loadTexts('result'),
    ]);
    return { Player, details };
  }, job.mp3?.sha256);
  const { value } = loaded;
  const panel = useKeptFocus<HTMLDivElement>(value.state, (container) =>
    container.querySelector<HTMLElement>('[role="slider"]'),
  );
  return (
    <div class="player-panel" ref={panel}>
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && (
        <value.value.Player job={job} details={value.value.details} key={job.mp3?.sha256} />
      )}
    </div>
  );
}
