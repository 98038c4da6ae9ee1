import './account/account.css';
import { LateView } from './account/late-view.tsx';
import { ConvertView } from './convert/convert-view.tsx';
import { DropOverlay } from './convert/drop/drop-overlay.tsx';
import { JobView } from './jobs/job-view.tsx';
import { JobsView } from './jobs/jobs-view.tsx';
import { route } from './route.ts';
import { CredentialsForm } from './session/credentials-form.tsx';
import { GuestNotice } from './session/guest-notice.tsx';
import { account } from './session/state.ts';
import { useFocusOfView } from './session/use-focus-of-view.ts';
import { Welcome } from './session/welcome.tsx';
import { Announcer } from './shell/announce.tsx';
import { Footer } from './shell/footer.tsx';
import { Header } from './shell/header.tsx';
import { Toasts } from './shell/toasts.tsx';
import { t } from './text/language.ts';

/** The whole page. */
export function App() {
  return (
    <>
      <a class="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <View />
      </main>
      {/* It would be moved by what is shown to whoever is signed in. */}
      {account.value !== 'unknown' && <Footer />}
      <DropOverlay />
      <Toasts />
      <Announcer />
    </>
  );
}

function View() {
  useFocusOfView();
  if (account.value === 'unknown') return <p class="quiet">{t('shell.loading')}</p>;
  const { value: to } = route;
  if (to.view === 'link') return <LateView view="MailedLink" action={to.action} token={to.token} />;
  if (account.value === null) return <Welcome />;
  if (to.view === 'account')
    return (
      <LateView view="AccountDetails">
        <CredentialsForm isGuest />
      </LateView>
    );
  if (to.view === 'job') return <JobView id={to.id} />;
  return (
    <>
      <ConvertView />
      <GuestNotice />
      <JobsView />
    </>
  );
}
