/**
 * Programs from Debian that nobody here wrote: found, or installed, or the reason why not.
 *
 * Installing needs root and the network. A test that cannot have its program is skipped, and says why.
 */
import { spawnSync } from 'node:child_process';

/** The package of each program. */
const PACKAGES = {
  smbtorture: 'samba-testsuite',
  ndrdump: 'samba-testsuite',
  rpcclient: 'smbclient',
  tshark: 'tshark',
  impacket: 'python3-impacket',
} as const;

export type Program = keyof typeof PACKAGES;

/** Why a program cannot be had; undefined where it is there. */
export function missing(program: Program): string | undefined {
  if (found(program)) return undefined;
  const name = PACKAGES[program];
  if (process.getuid?.() !== 0) return `${program} is not there, and only root can install ${name}`;
  const steps = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', name],
  ];
  for (const step of steps) {
    const { status, stderr, error } = spawnSync('apt-get', step, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) return `${name} cannot be installed: ${error?.message ?? stderr.trim()}`;
  }
  return found(program) ? undefined : `${name} has no ${program}`;
}

/** The system's Python, which alone has Debian's modules. */
export const PYTHON = '/usr/bin/python3';

function found(program: Program): boolean {
  const question = program === 'impacket' ? `${PYTHON} -c 'import impacket'` : `command -v ${program}`;
  return spawnSync('sh', ['-c', question]).status === 0;
}

/** Prints why tests are skipped; answers whether they are. */
export function skipped(reason: string | undefined): boolean {
  if (reason !== undefined) process.stderr.write(`skipped: ${reason}\n`);
  return reason !== undefined;
}
