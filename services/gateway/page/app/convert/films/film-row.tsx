import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../../shell/icons.tsx';
import { t } from '../../text/language.ts';
import type { FilmItem } from '../state.ts';

interface FilmRowProps {
  film: FilmItem;
  /** Undefined where it cannot be removed here. */
  onRemove: (() => void) | undefined;
  children: ComponentChildren;
}

/** A film in a list. */
export function FilmRow({ film: { name }, onRemove, children }: FilmRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const id = useId();
  useEffect(() => () => keepFocus(row.current), []);
  return (
    <li class="film" ref={row} aria-labelledby={id}>
      <h3 class="film-name" id={id} dir="auto" title={name}>
        {name}
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
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

/** Moves the focus from a film that goes to the next one of its list, or to where films are chosen. */
function keepFocus(row: HTMLElement | null): void {
  if (!row?.contains(document.activeElement)) return;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  const target = neighbour?.querySelector<HTMLElement>('button') ?? document.getElementById('choose-films');
  // The row is still there while its effects are cleaned up.
  queueMicrotask(() => target?.focus());
}
