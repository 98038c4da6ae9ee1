import { createMemoryState } from '../../services/shared/state/memory-state.ts';
import { blobStoreContract } from './blob-store.ts';
import { hostileStringsContract } from './hostile-strings.ts';
import { jobStoreContract } from './job-store.ts';
import { stateStoreContract } from './state-store.ts';

function memory() {
  let now = 0;
  const advance = (seconds: number) => {
    now += seconds * 1000;
  };
  return { state: createMemoryState(() => now), advance };
}

stateStoreContract('memory', memory);
blobStoreContract('memory', memory);
jobStoreContract('memory', memory);
hostileStringsContract('memory', memory);
