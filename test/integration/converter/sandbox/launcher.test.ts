import { execFile } from 'node:child_process';
import path from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { findGo } from '../../../../deploy/local/tools/go.ts';

const folder = path.resolve(import.meta.dirname, '../../../../services/converter/sandbox/launcher');
const go = findGo();
const skip = (go === undefined || process.platform !== 'linux') && 'Go or Linux is missing';

it('the launcher passes its own tests, which look at other processors too', { skip }, async () => {
  await promisify(execFile)(go ?? '', ['test', '.'], { cwd: folder });
  // What one processor lacks is a failure to compile on it.
  await promisify(execFile)(go ?? '', ['vet', '.'], {
    cwd: folder,
    env: { ...process.env, GOARCH: 'arm64' },
  });
});
