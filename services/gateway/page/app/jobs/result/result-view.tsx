import { useSignal } from '@preact/signals';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import type { Mp3Details } from '../../../../../shared/jobs/mp3-details.ts';
import { t } from '../../text/language.ts';
import { FailedToLoad } from '../failed-to-load.tsx';
import { useKeptFocus } from '../use-kept-focus.ts';
import { useLoaded } from '../use-loaded.ts';
import { Chapters } from './chapters.tsx';
import { Cover } from './cover.tsx';
import { Facts } from './facts.tsx';
import { loadDetails } from './load-details.ts';
import { Name } from './name.tsx';
import type { Playback } from './playback.ts';
import { Player } from './player.tsx';
import { ResultActions } from './result-actions.tsx';
import { State } from './state.tsx';
import { Steps } from './steps.tsx';
import { Warnings } from './warnings.tsx';
import './result.css';

/** One conversion: what becomes of it, and its MP3 to listen to. */
export function ResultView({ job }: { job: JobView }) {
  const { id, mp3 } = job;
  const { loaded, retry } = useLoaded(
    async (signal) => (mp3 === null ? null : await loadDetails(id, signal)),
    mp3?.sha256,
  );
  const { value } = loaded;
  const details = value.state === 'ready' ? value.value : null;
  const article = useKeptFocus<HTMLElement>(`${job.status} ${value.state}`, () =>
    document.querySelector<HTMLElement>('.result h1'),
  );
  return (
    <article class="card result" ref={article}>
      <header class="result-head">
        {details?.cover && <Cover job={job} />}
        <div class="result-title">
          <Name job={job} />
          <State job={job} />
        </div>
      </header>
      {mp3 && <Warnings warnings={job.warnings} />}
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {mp3 && value.state !== 'failed' && (
        <Sound job={job} details={details} isLoading={value.state === 'loading'} />
      )}
      <ResultActions job={job} />
      <Facts job={job} details={details} />
      {details && <Steps steps={details.steps} />}
    </article>
  );
}

interface SoundProps {
  job: JobView;
  details: Mp3Details | null;
  isLoading: boolean;
}

/** The player and the chapters. While the waveform is being loaded, there is as much room as it needs. */
function Sound({ job, details, isLoading }: SoundProps) {
  const playback = useSignal<Playback | undefined>(undefined);
  if (isLoading)
    return (
      <div class="player-loading">
        <p class="visually-hidden">{t('jobs.loading_one')}</p>
      </div>
    );
  return (
    <>
      <Player
        key={job.mp3?.sha256}
        job={job}
        details={details}
        onPlayback={(begun) => {
          playback.value = begun;
        }}
      />
      <Chapters chapters={details?.chapters ?? []} playback={playback} />
    </>
  );
}
