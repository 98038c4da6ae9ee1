import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Moves the focus to `target` where a change of `state` has removed the element inside of the returned one that had it. A browser
 * would begin again at the top of the page.
 */
export function useKeptFocus<E extends HTMLElement>(
  state: unknown,
  target: (container: E) => HTMLElement | null,
): RefObject<E | null> {
  const container = useRef<E>(null);
  const focused = useRef<EventTarget | null>(null);
  useLayoutEffect(() => {
    const remember = ({ target }: FocusEvent) => {
      focused.current = target;
    };
    // Not every browser tells that a removed element has lost the focus. One that is still there has lost it to something else.
    const forget = ({ target }: FocusEvent) => {
      setTimeout(() => {
        const isThere = target instanceof Node && target.isConnected;
        if (isThere && focused.current === target) focused.current = null;
      });
    };
    const { current } = container;
    current?.addEventListener('focusin', remember);
    current?.addEventListener('focusout', forget);
  }, []);
  useLayoutEffect(() => {
    const { current } = container;
    const isLost = document.activeElement === null || document.activeElement === document.body;
    const isRemoved = focused.current instanceof Node && !focused.current.isConnected;
    if (current !== null && isLost && isRemoved) target(current)?.focus();
  }, [state]);
  return container;
}
