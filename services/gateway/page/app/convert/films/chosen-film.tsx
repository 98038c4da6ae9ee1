import { useSignal } from '@preact/signals';
import { MAX_TAG_LENGTH } from '../../../../../shared/jobs/conversion-options.ts';
import { t } from '../../text/language.ts';
import { TextField } from '../options/field.tsx';
import type { Options } from '../options/options.ts';
import { PartFields, TrackField } from '../options/part-fields.tsx';
import { settings } from '../options/settings.ts';
import { changeFilm, type FilmItem } from '../state.ts';
import { faultsOf, remove } from './controls.ts';
import { factsOf, sendingFactsOf, textOfFault, warningsOf } from './film-facts.ts';
import { FilmRow } from './film-row.tsx';
import { look } from './look.ts';

/** A film that was chosen and is not sent yet: what it is, and what would be sent of it. */
export function ChosenFilm({ film }: { film: FilmItem }) {
  const { stage, id } = film;
  return (
    <FilmRow film={film} onRemove={() => void remove(id)}>
      {stage.name === 'reading' && <p class="quiet reading">{t('convert.reading')}</p>}
      {stage.name === 'useless' && (
        <div class="notice bad">
          <p>{textOfFault(stage.fault)}</p>
          {stage.mayBeWrong && (
            <button type="button" class="link" onClick={() => void look(id, { isForced: true })}>
              {t('convert.look_anyway')}
            </button>
          )}
        </div>
      )}
      {stage.name === 'found' && <FoundFilm film={film} />}
    </FilmRow>
  );
}

function FoundFilm({ film }: { film: FilmItem }) {
  const { text, note, share } = sendingFactsOf(film, settings.value);
  return (
    <>
      <p class="quiet fact-line">
        {factsOf(film, settings.value).map((fact) => (
          <span key={fact}>
            <bdi>{fact}</bdi>
          </span>
        ))}
      </p>
      <div class="sends">
        <p>
          <strong>{text}</strong> <span class="quiet">{note}</span>
        </p>
        <div class="share" aria-hidden="true">
          <div style={{ inlineSize: `${Math.max(1, share * 100)}%` }} />
        </div>
      </div>
      {warningsOf(film, settings.value).map((warning) => (
        <p class="notice warn" key={warning}>
          {warning}
        </p>
      ))}
      <OwnOptions film={film} />
    </>
  );
}

/** Options for this film alone. */
function OwnOptions({ film: { id, found, own } }: { film: FilmItem }) {
  const isOpen = useSignal(false);
  const film = { own, found };
  const fields = {
    value: own,
    onChange: (changed: Options) => changeFilm(id, { own: changed }),
    faults: faultsOf(film),
  };
  return (
    <>
      <div class="option-grid">
        <TrackField {...fields} tracks={found?.probe?.tracks} />
      </div>
      <details
        open={isOpen.value}
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>{t('convert.own')}</summary>
        <PartFields {...fields} />
        <div class="option-grid">
          <TextField
            {...fields}
            name="title"
            label={t('convert.option.title')}
            maxLength={MAX_TAG_LENGTH}
            placeholder={found?.probe?.tags.title ?? ''}
          />
        </div>
      </details>
    </>
  );
}
