import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { waitForLock } from '../../services/shared/runtime/lock.ts';
import { cacheDir } from './cache-dir.ts';
import { type Report, run } from './run.ts';
import { which } from './which.ts';

const policy = '/usr/sbin/policy-rc.d';

export function canInstall(): boolean {
  return process.getuid?.() === 0 && which('apt-get') !== undefined;
}

/**
 * Installs Debian packages without starting their services, now or at boot, since we run instances of our own. Installations of this
 * user take turns, because dpkg refuses a second one, and because the first one to end would allow services to start.
 * @param services the systemd units to disable
 */
export async function aptInstall(
  packages: string[],
  services: string[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const onWait = ({ pid }: { pid: number }): void =>
    report(`Another installation of packages (pid ${pid}) is running; waiting for it …`);
  const release = await waitForLock(path.join(cacheDir(), 'apt.lock'), onWait, signal);
  try {
    await installPackages(packages, report, signal);
  } finally {
    release();
  }
  if (!existsSync('/run/systemd/system')) return;
  for (const service of services) {
    await run('systemctl', ['disable', '--now', service], {
      report,
      signal,
      what: `Disabling the systemd unit ${service}`,
    }).catch(() => {});
  }
}

async function installPackages(packages: string[], report: Report, signal: AbortSignal): Promise<void> {
  // apt-get unpacks as another user, who cannot write to a private TMPDIR such as that of the tests.
  const { TMPDIR: _, ...inherited } = process.env;
  const env = { ...inherited, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const what = `Installing ${packages.join(', ')} with apt-get`;
  report(`${what} (about a minute) …`, { what, detail: 'about a minute' });
  const hasNoPolicy = !existsSync(policy);
  // Exit status 101 of policy-rc.d forbids package scripts to start services (invoke-rc.d(8)).
  if (hasNoPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options = { report, signal, env, what };
    await run('dpkg', ['--configure', '-a'], options);
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'update'], options).catch((error: Error) => {
      signal.throwIfAborted();
      report(`apt-get update failed, so the existing package lists are used. ${error.message}`);
    });
    await run(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages],
      options,
    );
  } finally {
    if (hasNoPolicy) rmSync(policy, { force: true });
  }
}
