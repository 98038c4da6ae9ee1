import { computed, signal } from '@preact/signals';
import { shown } from './history.ts';

/** Whether several jobs can be selected. */
export const isSelecting = signal(false);
const chosen = signal<ReadonlySet<string>>(new Set());

/** The selected jobs. A job that is not shown any more is not selected. */
export const selected = computed(() =>
  isSelecting.value ? shown.value.filter(({ id }) => chosen.value.has(id)) : [],
);

export function select(id: string, isSelected: boolean): void {
  const others = [...chosen.value].filter((other) => other !== id);
  chosen.value = new Set(isSelected ? [...others, id] : others);
}

export function selectShown(): void {
  chosen.value = new Set(shown.value.map(({ id }) => id));
}

export function beginSelection(): void {
  chosen.value = new Set();
  isSelecting.value = true;
}

export function endSelection(): void {
  isSelecting.value = false;
}
