import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type Report, run } from './run.ts';
import { find } from './which.ts';

const policy = '/usr/sbin/policy-rc.d';

export function canInstall(): boolean {
  return process.getuid?.() === 0 && find('apt-get') !== undefined;
}

/**
 * Installs Debian packages. Their services are not started, neither now nor at boot: ours are private instances.
 * @param services units to leave off where systemd runs
 */
export async function aptInstall(
  packages: string[],
  services: string[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const what = `Installing ${packages.join(', ')} with apt-get`;
  report(`${what} (about a minute) …`);
  const withoutServices = !existsSync(policy);
  // invoke-rc.d(8): 101 forbids an action. Without it the packages would start a broker and a database of their own.
  if (withoutServices) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options = { report, signal, env, what };
    await run('dpkg', ['--configure', '-a'], options);
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'update'], options).catch((error: Error) => {
      signal.throwIfAborted();
      report(`apt-get update failed; going on with the lists there are. ${error.message}`);
    });
    await run(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages],
      options,
    );
  } finally {
    if (withoutServices) rmSync(policy, { force: true });
  }
  if (!existsSync('/run/systemd/system')) return;
  for (const service of services) {
    await run('systemctl', ['disable', '--now', service], {
      report,
      signal,
      what: `Switching off the system's ${service}`,
    }).catch(() => {});
  }
}
