import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addPage,
  EMPTY_LISTING,
  type Filter,
  type Listing,
  shownJobs,
} from '../../../../../services/gateway/page/app/jobs/listing.ts';
import { viewOf } from '../../../../../services/shared/jobs/job.ts';
import type { JobView } from '../../../../../services/shared/jobs/job-view.ts';
import { newJob } from '../../../../support/job.ts';

/** @param second the higher, the newer */
const jobAt = (second: number, filename = 'film.mp4', status: JobView['status'] = 'done'): JobView => ({
  ...viewOf(newJob({ filename, created_at: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z` })),
  status,
});

const ALL: Filter = { status: 'all', search: '' };
const listed = (jobs: JobView[], next_cursor: string | null): Listing =>
  addPage(EMPTY_LISTING, { jobs, next_cursor });

const show = (known: JobView[], listing: Listing, filter = ALL, hidden: JobView[] = []) =>
  shownJobs(known, { filter, listing, hidden: new Set(hidden.map(({ id }) => id)) });

describe('shownJobs(known, view)', () => {
  const [newest, newer, old, older] = [jobAt(9), jobAt(8), jobAt(5), jobAt(1)] as const;

  it('shows what was listed, and what came later', () => {
    assert.deepEqual(show([newest, newer, old], listed([newer, old], 'next')), [newest, newer, old]);
  });

  it('leaves out an older job while jobs between it and the list are not loaded', () => {
    assert.deepEqual(show([newer, old, older], listed([newer, old], 'next')), [newer, old]);
  });

  it('shows all jobs once there are no further pages', () => {
    assert.deepEqual(show([newer, old, older], listed([newer, old], null)), [newer, old, older]);
  });

  it('shows the known jobs before the first page has arrived', () => {
    assert.deepEqual(show([newest], EMPTY_LISTING), [newest]);
  });

  it('keeps the listed jobs of earlier pages', () => {
    const listing = addPage(listed([newer, old], 'next'), { jobs: [older], next_cursor: 'more' });
    assert.deepEqual(show([newer, old, older], listing), [newer, old, older]);
  });

  it('hides a job that is being deleted', () => {
    assert.deepEqual(show([newer, old], listed([newer, old], null), ALL, [newer]), [old]);
  });

  it('drops a listed job whose status no longer matches', () => {
    const filter: Filter = { status: 'converting', search: '' };
    const converting = jobAt(7, 'film.mp4', 'converting');
    const listing = listed([converting], null);
    assert.deepEqual(show([converting], listing, filter), [converting]);
    assert.deepEqual(show([{ ...converting, status: 'done' }], listing, filter), []);
  });

  it('leaves the search to the gateway, and filters later jobs itself', () => {
    const filter: Filter = { status: 'all', search: ' MÜnchen ' };
    const found = jobAt(4, 'Munchen.mp4');
    const late = jobAt(6, 'in München.mkv');
    const other = jobAt(7, 'in Bern.mkv');
    assert.deepEqual(show([other, late, found], listed([found], null), filter), [late, found]);
  });
});
