import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import './operator.css';
import { render } from 'preact';
import { loadTexts, startLanguage } from '../text/language.ts';
import { openSession } from './access.ts';
import { OperatorApp } from './operator-app.tsx';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no element with the id app');
await startLanguage();
await loadTexts('operator');
render(<OperatorApp />, root);
void openSession();
