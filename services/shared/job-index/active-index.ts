/** Name of the sharded map of the jobs that are to be converted, to be notified of, or to be cleaned up. */
export const ACTIVE_JOBS = 'open';
