import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Keeps the focus of a row whose focused control goes: it moves to the first button of the row, and where the row itself goes, to
 * the next row or the element `fallbackId`.
 */
export function useKeptFocus(row: RefObject<HTMLElement | null>, fallbackId: string) {
  const hasFocus = useRef(false);

  useLayoutEffect(() => {
    if (hasFocus.current && document.activeElement === document.body) firstButton(row.current)?.focus();
  });

  useLayoutEffect(
    () => () => {
      if (!row.current?.contains(document.activeElement)) return;
      const neighbour = row.current.nextElementSibling ?? row.current.previousElementSibling;
      // The row is still there while its effects are cleaned up.
      queueMicrotask(() => {
        const target = neighbour?.isConnected ? firstButton(neighbour) : undefined;
        (target ?? document.getElementById(fallbackId))?.focus();
      });
    },
    [row, fallbackId],
  );

  return {
    onFocusIn: () => {
      hasFocus.current = true;
    },
    onFocusOut: ({ target }: FocusEvent) =>
      // A control that is removed loses the focus before it is gone.
      queueMicrotask(() => {
        const isGone = target instanceof Node && !target.isConnected;
        if (!isGone) hasFocus.current = row.current?.contains(document.activeElement) ?? false;
      }),
  };
}

const firstButton = (element: Element | null): HTMLElement | null => element?.querySelector('button') ?? null;

/** Moves the focus where an element goes that had it: to the first of these elements that is there. */
export function useFocusAfter(element: RefObject<HTMLElement | null>, ...ids: string[]): void {
  useLayoutEffect(
    () => () => {
      if (element.current?.contains(document.activeElement)) queueMicrotask(() => focusFirst(ids));
    },
    [],
  );
}

export function focusFirst(ids: readonly string[]): void {
  const found = ids.map((id) => document.getElementById(id)).find((element) => element !== null);
  found?.focus();
}
