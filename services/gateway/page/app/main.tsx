import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { uploadProgress } from './convert/state.ts';
import { startJobs } from './jobs/start.ts';
import { watchForNewBuild } from './reload.ts';
import { startSession } from './session/state.ts';
import { startLanguage } from './text/language.ts';
import { whenIdle } from './when-idle.ts';

/** Set by deploy/page/build.ts: whether the page loads again when it was built anew. */
declare const MP3CONVERTER_RELOAD: boolean;

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no element with the id app');
await startLanguage();
render(<App />, root);
void startSession();
startJobs(uploadProgress);
// What nobody waits for.
whenIdle(
  () =>
    void import('./start-late.ts').then(
      ({ startLate }) => startLate(),
      () => undefined,
    ),
);
if (MP3CONVERTER_RELOAD) watchForNewBuild();
