import { useComputed } from '@preact/signals';
import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';
import { ChooseFiles, ChooseFolder } from './drop/choose-buttons.tsx';
import { FilmsSlot } from './films-slot.tsx';
import { films } from './state.ts';
import './convert.css';

/** Where somebody drops films, sees what will be sent, and chooses how they are converted. */
export function ConvertView() {
  const isEmpty = useComputed(() => films.value.length === 0);
  return (
    <section class="convert" aria-labelledby="convert-title">
      <div class={isEmpty.value ? 'drop-zone card' : 'drop-zone card small'}>
        <span class="drop-picture">
          <Icon name="drop" />
        </span>
        <h1 id="convert-title">{t('convert.title')}</h1>
        <p class="quiet">{t('convert.lead')}</p>
        <div class="drop-buttons">
          <ChooseFiles />
          <ChooseFolder />
        </div>
      </div>
      <FilmsSlot />
    </section>
  );
}
