/**
 * A port for one account: its clients authenticate by NTLM, as such or within SPNEGO, and their calls are signed or hidden
 * from then on, as they choose.
 *
 * The protocol's text has a server refuse calls that are not hidden (MS-CMRP, 2.1). Real clients sign by default, and the
 * port is on loopback: both are taken.
 */
import { realChance } from './chance.js';
import type { SecurityProvider } from './guard.js';
import { KnownAccount, NtlmAcceptor, type Account, type Chance, type ServerNames } from './ntlm.js';
import { SpnegoAcceptor } from './spnego.js';
import { AuthType } from './trailer.js';

export interface SecurityOptions {
  /** Whether clients may call without saying who they are, too; by default they are refused. */
  readonly anonymous?: boolean;
  /** What the server is called in its challenges. */
  readonly names?: ServerNames;
  /** Where challenges come from: by default from the system, never the same twice. */
  readonly chance?: Chance;
}

const NAMES: ServerNames = { computer: 'ARMADA', domain: 'ARMADA' };

/** Lets in whoever knows the account's password. */
export function accountSecurity(account: Account, options: SecurityOptions = {}): SecurityProvider {
  const { anonymous = false, names = NAMES, chance = realChance } = options;
  const known = new KnownAccount(account);
  return {
    anonymous,
    acceptor: (type) => {
      const ntlm = new NtlmAcceptor(known, names, chance);
      if (type === AuthType.NTLM) return ntlm;
      return type === AuthType.SPNEGO ? new SpnegoAcceptor(ntlm) : undefined;
    },
  };
}
