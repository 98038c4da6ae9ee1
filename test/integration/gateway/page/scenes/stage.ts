import { randomUUID } from 'node:crypto';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Job } from '../../../../../services/shared/jobs/job.ts';
import { type OpenedPage, startPage, USER } from '../open-page.ts';
import { startOperatorPage } from '../operator-scene.ts';
import { failedWith, ORIGINAL, ownJob, ownMp3, putJobs } from '../put-jobs.ts';
import { type TextOf, textsOf } from '../texts.ts';
import { openWire, type Wire } from '../wire.ts';

type System = Awaited<ReturnType<typeof startOperatorPage>>;

/** Jobs in all states, of {@link USER}. */
export interface SceneJobs {
  done: Job;
  failed: Job;
  converting: Job;
}

/** Where scenes are played: one gateway with converters, and with jobs of one user. */
export interface Stage extends System {
  own: SceneJobs;
  /** Another gateway, where one can start as a guest. */
  forGuests: Awaited<ReturnType<typeof startPage>>;
}

/** What a scene works with: a page of its own, in one language. */
export interface Setting extends OpenedPage {
  stage: Stage;
  t: TextOf;
  /** Opens the page over a line that can be held up. */
  overWire(): Promise<Wire>;
  /** Signs in, as {@link USER} or as somebody without jobs, and returns who that is. */
  signUp(who: 'owner' | 'new'): Promise<typeof USER>;
}

/** Those of the default configuration. */
const GUEST_LIMITS = { maxUploadBytes: 200_000_000, retentionSeconds: 24 * 3600 };

type Afters = { after: (work: () => unknown) => void };

export async function startStage(
  ...[context, options]: Parameters<typeof startOperatorPage>
): Promise<Stage> {
  const system = await startOperatorPage(context, options);
  const warnings = [
    { code: 'truncated', detail: 'x', seconds: 754, of_seconds: 1800 },
    { code: 'downmixed', detail: 'x' },
  ];
  const track = { index: 1, type: 'audio', position: 1, codec: 'aac', duration_seconds: 20 } as const;
  const source = {
    ...{
      size: 31_000_000,
      sha256: 'ab'.repeat(32),
      duration_seconds: 20,
      original: ORIGINAL,
      kept: 'whole' as const,
    },
    tracks: [{ ...track, language: 'ger', title: null, channels: 6, selected: true }],
  };
  const done = await ownMp3(system, { filename: 'A holiday in Brittany.mkv', warnings, source });
  const failed = failedWith('gave_up', 'unlucky.avi');
  const converting = ownJob({
    status: 'converting',
    progress: 0.42,
    eta_seconds: 75,
    filename: 'lecture.mp4',
  });
  await putJobs(
    system,
    ownJob({ status: 'queued', filename: 'waiting.mov' }),
    converting,
    done,
    failedWith('no_audio', `${'A very long name of a film '.repeat(7)}.mp4`),
    failedWith('unknown_track', 'שיר של קיץ.mp4'),
    failed,
    ownJob({ status: 'cancelled', filename: '<b>stopped</b>.mp4' }),
  );
  const forGuests = await startPage(context, {
    ...{ guests: true, guestLimits: GUEST_LIMITS },
    ...(options?.browser && { browser: options.browser }),
  });
  return { ...system, own: { done, failed, converting }, forGuests };
}

/** Opens a page for one scene. It ends with the context. */
export async function setScene(
  stage: Stage,
  context: Afters,
  { language, ...options }: { language: string } & BrowserContextOptions,
): Promise<Setting> {
  const t = await textsOf(language);
  // A color that is on its way to another one has a contrast of its own.
  const opened = await stage.open({ reducedMotion: 'reduce', locale: language, ...options });
  context.after(() => opened.page.context().close());
  return {
    ...opened,
    ...{ stage, t },
    overWire: async () => {
      const wire = await openWire({ after: (work) => context.after(work as () => unknown) }, stage.url);
      await opened.page.goto(wire.url);
      return wire;
    },
    signUp: (who) =>
      signUp(opened.page, t, who === 'owner' ? USER : { ...USER, email: `${randomUUID()}@example.com` }),
  };
}

async function signUp(page: Page, t: TextOf, user: typeof USER): Promise<typeof USER> {
  const { email, password } = user;
  await page.getByRole('button', { name: t('session.register') }).click();
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('form.credentials button[type=submit]').click();
  await page.getByRole('link', { name: t('shell.account') }).waitFor();
  return user;
}
