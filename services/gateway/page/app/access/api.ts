import { createMailedLinks } from '../../../client/account/mailed-links.ts';
import { always, transport } from '../api.ts';

/** What somebody does with the mails about an account. */
export const mailedLinks = createMailedLinks(transport, always);
