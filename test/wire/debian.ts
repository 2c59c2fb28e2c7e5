/**
 * Programs from Debian that nobody here wrote: found, or installed, or the reason why not.
 *
 * Installing needs root and the network. A test that cannot have its program is skipped, and says why. Files of tests
 * run at the same time: the first that misses a program installs all of them while the others wait. Fetching has
 * a limit in time, and after a failure nobody tries again for a while, so that a machine without a network is not held up.
 */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package of each program. */
const PACKAGES = {
  smbtorture: 'samba-testsuite',
  ndrdump: 'samba-testsuite',
  rpcclient: 'smbclient',
  tshark: 'tshark',
  impacket: 'python3-impacket',
} as const;

export type Program = keyof typeof PACKAGES;

const ALL = [...new Set(Object.values(PACKAGES))].join(' ');
const FETCH_SECONDS = 75;
const FAILED_MINUTES = 10;

/** The system's Python, which alone has Debian's modules. */
export const PYTHON = '/usr/bin/python3';

/** Lists are fetched only where they are missing or too old to find the packages. Unpacking is never cut short. */
const INSTALL = `
  export DEBIAN_FRONTEND=noninteractive
  apt='apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=20 -o Acquire::Retries=1 -o Acquire::http::Timeout=10'
  fetch="$apt install -d ${ALL}"
  if [ -n "$(find failed -mmin -${FAILED_MINUTES} 2>/dev/null)" ]; then cat failed; exit 1; fi
  rm -f failed
  timeout ${FETCH_SECONDS} sh -c "$fetch || { $apt update && $fetch; }" >log 2>&1 &&
    $apt --no-download install ${ALL} >>log 2>&1 && exit 0
  { echo 'apt-get failed, or was too slow:'; tail -n 3 log; } | tee failed
  exit 1`;

/** Why a program cannot be had; undefined where it is there. */
export async function missing(program: Program): Promise<string | undefined> {
  const isThere =
    program === 'impacket' ? `${PYTHON} -c 'import impacket' 2>/dev/null` : `command -v ${program} >/dev/null`;
  if ((await shell(isThere)).ok) return undefined;
  const name = PACKAGES[program];
  if (process.getuid?.() !== 0) return `${program} is not there, and only root can install ${name}`;
  const folder = fileURLToPath(new URL('../../out/debian', import.meta.url));
  mkdirSync(folder, { recursive: true });
  // Whoever waited for the lock may find that others have installed it.
  const alone = `cd '${folder}' && exec 9>lock && flock 9 && { ${isThere} || { ${INSTALL}\n}; }`;
  const { ok, output } = await shell(alone);
  if (!ok) return `${name} cannot be installed: ${output.trim()}`;
  return (await shell(isThere)).ok ? undefined : `${name} has no ${program}`;
}

/** Waits without holding up the thread, which has to answer the test runner. */
function shell(command: string): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], (error, stdout, stderr) => {
      resolve({ ok: error === null, output: stdout + stderr });
    });
  });
}

/** Prints why tests are skipped; answers whether they are. */
export function skipped(reason: string | undefined): boolean {
  if (reason !== undefined) process.stderr.write(`skipped: ${reason}\n`);
  return reason !== undefined;
}
