import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveEnvFile } from '../../../../../deploy/local/system/app.ts';

describe('resolveEnvFile', () => {
  for (const { title, argument, expected } of [
    {
      title: "points --env-file-if-exists to this system's state",
      argument: '--env-file-if-exists=../../.data/env/a.env',
      expected: '--env-file-if-exists=/state/.data/env/a.env',
    },
    {
      title: "resolves --env-file from the app's folder",
      argument: '--env-file=x.env',
      expected: '--env-file=/state/services/a/x.env',
    },
    { title: 'leaves other arguments alone', argument: 'main.ts', expected: 'main.ts' },
  ]) {
    it(title, () => assert.equal(resolveEnvFile(argument, '/state/services/a'), expected));
  }
});
