import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Moves the focus to `target` where a change has removed the element inside of the returned one that had it. A browser would begin
 * again at the top of the page. The change may be one of `state`, or one that a component inside makes by itself, before or after.
 */
export function useKeptFocus<E extends HTMLElement>(
  state: unknown,
  target: (container: E) => HTMLElement | null,
): RefObject<E | null> {
  const container = useRef<E>(null);
  const focused = useRef<EventTarget | null>(null);
  const restore = () => {
    const { current } = container;
    const isLost = document.activeElement === null || document.activeElement === document.body;
    const isRemoved = focused.current instanceof Node && !focused.current.isConnected;
    if (current !== null && isLost && isRemoved) target(current)?.focus();
  };
  const newest = useRef(restore);
  newest.current = restore;
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
    if (current === null) return;
    current.addEventListener('focusin', remember);
    current.addEventListener('focusout', forget);
    const changes = new MutationObserver(() => newest.current());
    changes.observe(current, { childList: true, subtree: true });
    return () => changes.disconnect();
  }, []);
  useLayoutEffect(restore, [state]);
  return container;
}
