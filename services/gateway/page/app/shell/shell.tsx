import type { ComponentChildren } from 'preact';
import { t } from '../text/language.ts';
import { Announcer } from './announce.tsx';
import { LanguageChoice, ThemeChoice } from './choices.tsx';
import { Footer } from './footer.tsx';
import { Icon } from './icons.tsx';
import { Toasts } from './toasts.tsx';
import './shell.css';

interface ShellProps {
  /** The content of the document. */
  children: ComponentChildren;
  /** Further controls beside the choice of the theme. */
  controls?: ComponentChildren;
}

/** What surrounds the documents beside the main page. */
export function Shell({ children, controls }: ShellProps) {
  return (
    <>
      <a class="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <header class="top">
        <a class="brand" href="/">
          <Icon name="logo" />
          <span>mp3converter</span>
        </a>
        <div class="top-controls">
          <LanguageChoice />
          <ThemeChoice />
          {controls}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Footer />
      <Toasts />
      <Announcer />
    </>
  );
}
