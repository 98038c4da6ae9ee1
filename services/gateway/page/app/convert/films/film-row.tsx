import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { replaceInvisible } from '../../../../../shared/runtime/visible-text.ts';
import { Icon } from '../../shell/icons.tsx';
import { t } from '../../text/language.ts';
import type { FilmItem } from '../state.ts';
import { useKeptFocus } from './keep-focus.ts';

interface FilmRowProps {
  film: FilmItem;
  /** Undefined where it cannot be removed here. */
  onRemove: (() => void) | undefined;
  children: ComponentChildren;
}

/** A film in a list. */
export function FilmRow({ film, onRemove, children }: FilmRowProps) {
  // A name with bidirectional controls would be read backwards.
  const name = replaceInvisible(film.name, '');
  const row = useRef<HTMLLIElement>(null);
  const id = useId();
  const focus = useKeptFocus(row, 'choose-films');
  return (
    <li class="film" ref={row} aria-labelledby={id} {...focus}>
      <h3 class="film-name" id={id} title={name}>
        <bdi>{name}</bdi>
      </h3>
      {children}
      {onRemove && (
        <button
          type="button"
          class="quiet-button film-remove"
          aria-label={t('convert.remove', { name })}
          title={t('convert.remove', { name })}
          onClick={onRemove}
        >
          <Icon name="cross" />
        </button>
      )}
    </li>
  );
}
