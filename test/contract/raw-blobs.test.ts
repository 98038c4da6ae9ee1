import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { LOG_MESSAGES } from '../support/log-messages.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

for (const { name, stateRoot } of systemsUnderTest()) {
  for (const app of ['gateway', 'converter']) {
    it(`the ${app} of ${name} saves blobs as they are after its trial`, async () => {
      const log = () => readFileSync(join(stateRoot, '.data', 'logs', `${app}.log`), 'utf8');
      await waitFor('the end of the trial', () => log().includes(LOG_MESSAGES.savedRaw));
    });
  }
}
