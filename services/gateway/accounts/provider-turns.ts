import type { FairSemaphore } from '../../shared/runtime/fair-semaphore.ts';

/** Providers with calls of their own. Any further ones share those of the names that are not known yet. */
const MAX_PROVIDERS = 6;

/** Keeps the sign-ins at one provider apart from those at the others, so that a provider that hangs holds up nobody else. */
export interface ProviderTurns {
  of(provider: string): FairSemaphore;
  /** Learns from the status of an answer of auth whether this is a provider. */
  learn(provider: string, status: number): void;
}

/** Names that auth has not accepted yet share one semaphore, because anybody can invent some. */
export function createProviderTurns(create: () => FairSemaphore): ProviderTurns {
  const shared = create();
  const known = new Map<string, FairSemaphore>();
  return {
    of: (provider) => known.get(provider) ?? shared,
    learn(provider, status) {
      if (status === 404 || known.has(provider) || known.size >= MAX_PROVIDERS) return;
      known.set(provider, create());
    },
  };
}
