import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  createCredentialStore,
  credentialsFile,
} from '../../../../../services/gateway/cli/account/credential-store.ts';
import { temporaryFolder } from '../test-terminal.ts';

describe('createCredentialStore', () => {
  it('names a damaged file and does not overwrite it', async (context) => {
    const file = path.join(await temporaryFolder(context), 'credentials.json');
    await writeFile(file, '{"http://x": "y"}');
    const store = createCredentialStore(file);
    assert.throws(() => store.find('http://x'), /credentials\.json cannot be used/);
    const credentials = { email: 'ann@example.com', password: 'open: sésame' };
    assert.throws(() => store.add('http://x', credentials), /credentials\.json cannot be used/);
  });
});

describe('credentialsFile', () => {
  it('lies in the folder of the XDG specification', () => {
    assert.equal(credentialsFile({ XDG_CONFIG_HOME: '/c' }), '/c/mp3converter/credentials.json');
  });

  it('ignores a relative XDG_CONFIG_HOME', () => {
    assert.match(
      credentialsFile({ XDG_CONFIG_HOME: 'relative' }),
      /^\/.*\/\.config\/mp3converter\/credentials\.json$/,
    );
  });
});
