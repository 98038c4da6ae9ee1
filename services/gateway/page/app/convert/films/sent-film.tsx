import { t } from '../../text/language.ts';
import { ChooseFile } from '../drop/choose-buttons.tsx';
import { describeOptions } from '../options/describe-options.ts';
import type { FilmItem } from '../state.ts';
import { Action } from './action.tsx';
import { chooseAgain, pause, remove, resume } from './controls.ts';
import { FilmRow } from './film-row.tsx';
import { OpenAgain } from './open-again.tsx';
import { shareOf, stateOf, timeLeftOf } from './sending-state.ts';

/** A film that is being sent, with what can be done about it. */
export function SentFilm({ film }: { film: FilmItem }) {
  const { id, name, stage, options, isSecondTry } = film;
  const isHere = stage.name !== 'elsewhere';
  const isShown = stage.name !== 'waiting' || film.sent > 0;
  const { text, isBad } = stateOf(film);
  const left = timeLeftOf(film);
  return (
    <FilmRow film={film} onRemove={isHere ? () => void remove(id) : undefined}>
      <p class="quiet fact-line">
        {describeOptions(options).map((option) => (
          <span key={option}>
            <bdi>{option}</bdi>
          </span>
        ))}
      </p>
      {isSecondTry && <p class="notice warn">{t('convert.state.second_try')}</p>}
      {isShown && <progress value={shareOf(film)} max={1} aria-label={name} />}
      <p class={isBad ? 'notice bad' : 'state'}>
        {text}
        {left && <span class="quiet left">{left}</span>}
      </p>
      <div class="film-actions">
        <Actions film={film} />
      </div>
    </FilmRow>
  );
}

function Actions({ film: { id, name, stage } }: { film: FilmItem }) {
  switch (stage.name) {
    case 'waiting':
    case 'sending':
      return <Action icon="pause" label={t('convert.pause')} name={name} run={() => pause(id)} />;
    case 'paused':
      return <Action icon="play" label={t('convert.resume')} name={name} run={() => void resume(id)} />;
    case 'failed':
      return <Action icon="repeat" label={t('convert.retry')} name={name} run={() => void resume(id)} />;
    case 'missing':
      return (
        <>
          <OpenAgain id={id} name={name} />
          <ChooseFile label={t('convert.choose_again')} onChoose={(chosen) => chooseAgain(id, chosen)} />
        </>
      );
    default:
      return null;
  }
}
