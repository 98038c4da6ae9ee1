import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import { render } from 'preact';
import { Shell } from '../shell/shell.tsx';
import { loadTexts, startLanguage } from '../text/language.ts';
import { followTheme } from './console.ts';
import { DocsView } from './docs-view.tsx';
import { refreshSession } from './session.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no element with the id app');
await startLanguage();
await loadTexts('docs');
followTheme();
void refreshSession();
render(
  <Shell>
    <DocsView />
  </Shell>,
  root,
);
