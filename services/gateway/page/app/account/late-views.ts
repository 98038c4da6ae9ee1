/**
 * The views about accounts, which are loaded together once one of them is opened. In a file each, they would split what the page
 * loads at first into more and smaller files, which are larger together.
 */

export { AccessStep } from '../access/access-step.tsx';
export { MailedLink } from '../access/mailed-link.tsx';
export { signInWithPasskey } from '../access/passkey-sign-in.ts';
export { AccountDetails } from './account-details.tsx';
export { signInAsGuest } from './guest-sign-in.ts';
