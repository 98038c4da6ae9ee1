import type { StateStore } from '../../services/shared/state/state-store.ts';

/** The same store as another process has it. Its updates compete with those of this process, and do not take turns with them. */
export const asOtherProcess = <State extends StateStore>(state: State): State => ({ ...state });
