import { useEffect, useMemo } from 'preact/hooks';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import type { Mp3Details } from '../../../../../shared/jobs/mp3-details.ts';
import { client } from '../../api.ts';
import { Icon } from '../../shell/icons.tsx';
import { formatClock } from '../../text/format.ts';
import { language, t } from '../../text/language.ts';
import { createPlayback, type Playback } from './playback.ts';
import { Timeline } from './timeline.tsx';

const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
const SKIP = 10;

interface PlayerProps {
  job: JobView;
  /** Null for an MP3 of an earlier release. */
  details: Mp3Details | null;
  /** Gets the playback while there is one, for what is beside the player. */
  onPlayback?: (playback: Playback | undefined) => void;
}

/** Plays the MP3 of a job. Give it the sha256 as `key`, so that a new MP3 gets a new player. */
export function Player({ job: { id, mp3 }, details, onPlayback }: PlayerProps) {
  const length = mp3?.duration_seconds ?? 0;
  const playback = useMemo(() => {
    const recover = async () => void (await client.job(id));
    return createPlayback({ url: `/download/${id}`, length, recover });
  }, [id]);
  useEffect(() => {
    onPlayback?.(playback);
    return () => {
      onPlayback?.(undefined);
      playback.close();
    };
  }, [playback]);
  return (
    <section class="player" aria-label={t('result.player')}>
      <Timeline playback={playback} peaks={details?.peaks ?? []} chapters={details?.chapters ?? []} />
      <div class="player-controls" dir="ltr">
        <button
          type="button"
          class="quiet-button icon-button"
          aria-label={t('result.back')}
          title={t('result.back')}
          onClick={() => playback.seek(playback.time.value - SKIP)}
        >
          <Icon name="skipBack" />
        </button>
        <PlayButton playback={playback} />
        <button
          type="button"
          class="quiet-button icon-button"
          aria-label={t('result.forward')}
          title={t('result.forward')}
          onClick={() => playback.seek(playback.time.value + SKIP)}
        >
          <Icon name="skipForward" />
        </button>
        <Clock playback={playback} />
        <Speed playback={playback} />
      </div>
      <PlayError playback={playback} />
    </section>
  );
}

function PlayButton({ playback: { isPlaying, toggle } }: { playback: Playback }) {
  const label = t(isPlaying.value ? 'result.pause' : 'result.play');
  return (
    <button type="button" class="primary play-button" aria-label={label} title={label} onClick={toggle}>
      <Icon name={isPlaying.value ? 'pause' : 'play'} />
    </button>
  );
}

function Clock({ playback: { time, length } }: { playback: Playback }) {
  return (
    <span class="player-clock">
      <bdi>{t('result.position_of', { time: formatClock(time.value), length: formatClock(length) })}</bdi>
    </span>
  );
}

function Speed({ playback: { speed, setSpeed } }: { playback: Playback }) {
  return (
    <label class="choice player-speed">
      <span class="visually-hidden">{t('result.speed')}</span>
      <select value={speed.value} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
        {SPEEDS.map((value) => (
          <option key={value} value={value}>
            {t('result.speed_value', { value: value.toLocaleString(language.value) })}
          </option>
        ))}
      </select>
    </label>
  );
}

function PlayError({ playback: { error, retry } }: { playback: Playback }) {
  if (error.value === undefined) return null;
  return (
    <div class="notice bad">
      <p role="alert">{t('result.play_error')}</p>
      <button type="button" onClick={retry}>
        {t('jobs.try_again')}
      </button>
    </div>
  );
}
