import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { affectedBy } from '../../../../../deploy/local/system/restart-on-save.ts';

const all = ['auth', 'converter', 'gateway', 'gateway-admin'].map((name) => ({
  name,
  folder: `/repo/services/${name}`,
}));
const namesFor = (...files: string[]): string[] =>
  affectedBy(
    files.map((file) => `/repo/services/${file}`),
    all,
    '/repo/services',
  ).map(({ name }) => name);

describe('affectedBy', () => {
  const cases: [files: string[], names: string[]][] = [
    [['gateway/main.ts'], ['gateway']],
    [['gateway/uploads/routes.ts'], ['gateway']],
    [
      ['auth/migrations/001_users.sql', 'gateway/main.ts'],
      ['auth', 'gateway'],
    ],
    [['shared/runtime/log.ts'], ['auth', 'converter', 'gateway', 'gateway-admin']],
    [
      ['shared/runtime/log.ts', 'auth/main.ts'],
      ['auth', 'converter', 'gateway', 'gateway-admin'],
    ],
    // A restart would start the launcher as it was before.
    [['converter/sandbox/launcher/main.go', 'converter/sandbox/bin/confine'], []],
    [['converter/sandbox/sandbox.ts'], ['converter']],
    // The page is built anew instead, and loads itself again.
    [['gateway/page/app/jobs/jobs-view.tsx'], []],
    [['gateway/page/app/styles/base.css', 'gateway/page/dist/site.json'], []],
    [['gateway/page/dist/assets/main-1.js'], []],
    [['gateway/page/site.ts'], ['gateway']],
    [['gateway/page/app.ts'], ['gateway']],
    [['gateway/page/app/app.tsx', 'gateway/main.ts'], ['gateway']],
    [['auth/page/app/main.tsx'], ['auth']],
    [['README.md'], []],
    [['sharedness/a.ts'], []],
  ];
  for (const [files, names] of cases)
    it(`restarts ${names.join(', ') || 'nothing'} when ${files.join(' and ')} is saved`, () => {
      assert.deepEqual(namesFor(...files), names);
    });
});
