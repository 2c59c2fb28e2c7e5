/**
 * The server's part of NTLM: a challenge, and the judgement of its response (MS-NLMP, 3.2.5).
 *
 * Only NTLMv2, and only with everything that the protocol has since Windows 2000: Unicode, extended session security, 128
 * bits, signatures. There is one account; whoever proves to know its password has a session. What the refused are told
 * apart by stays in the server's log.
 */
import { err, ok, type Result } from '../../../../model/result.js';
import { caught } from '../pdu.js';
import type { Acceptor, Step } from './acceptor.js';
import {
  hmacMd5,
  KEY_BYTES,
  passwordHash,
  proofOf,
  responseKey,
  same,
  sessionBaseKey,
  upperCase,
} from './ntlm-keys.js';
import {
  Negotiate,
  readAuthenticate,
  readNegotiate,
  withoutMic,
  writeChallenge,
  type Authenticate,
} from './ntlm-messages.js';
import { NtlmSession } from './ntlm-session.js';
import { Rc4 } from './rc4.js';

/** Whom a server knows. */
export interface Account {
  /** In letters of any case. */
  readonly user: string;
  readonly password: string;
  /** Where it is given the client must name just this domain, in letters of any case; otherwise it may name any. */
  readonly domain?: string;
}

/** What must not be foreseen, and the time, as somebody has them who may. */
export interface Chance {
  /** Eight bytes, others each time. */
  challenge(): Uint8Array;
  /** Hundreds of nanoseconds since 1601, UTC. Without it clients do not protect their messages with integrity codes. */
  fileTime?(): bigint;
}

/** What a server is called. */
export interface ServerNames {
  readonly computer: string;
  readonly domain: string;
}

const REQUIRED =
  Negotiate.UNICODE | Negotiate.SIGN | Negotiate.NTLM | Negotiate.EXTENDED_SESSION_SECURITY | Negotiate.KEYS_128;

const OPTIONAL =
  Negotiate.REQUEST_TARGET |
  Negotiate.SEAL |
  Negotiate.ALWAYS_SIGN |
  Negotiate.VERSION |
  Negotiate.KEY_EXCHANGE |
  Negotiate.KEYS_56;

const TOLD = Negotiate.TARGET_TYPE_SERVER | Negotiate.TARGET_INFO;

/** An account with its password as it is kept. */
export class KnownAccount {
  private readonly hash: Uint8Array;
  private readonly user: string;
  private readonly domain: string | undefined;

  constructor({ user, password, domain }: Account) {
    this.hash = passwordHash(password);
    this.user = upperCase(user);
    this.domain = domain === undefined ? undefined : upperCase(domain);
  }

  /** The key of the responses that this account would give; undefined for another's. */
  keyOf({ user, domain }: Authenticate): Uint8Array | undefined {
    const known = upperCase(user) === this.user && (this.domain === undefined || upperCase(domain) === this.domain);
    return known ? responseKey(this.hash, user, domain) : undefined;
  }
}

export class NtlmAcceptor implements Acceptor {
  private negotiate: Uint8Array = new Uint8Array();
  private challenge: Uint8Array = new Uint8Array();
  private serverChallenge: Uint8Array = new Uint8Array();
  private flags = 0;
  private phase: 'new' | 'challenged' | 'over' = 'new';
  /** Whether the client's messages came with an integrity code that was right. */
  hasMic = false;

  constructor(
    private readonly account: KnownAccount,
    private readonly names: ServerNames,
    private readonly chance: Chance,
  ) {}

  accept(token: Uint8Array): Result<Step, string> {
    const { phase } = this;
    if (phase === 'over') return err('a message of NTLM after the last');
    const read = caught(() => (phase === 'new' ? this.begin(token) : this.finish(token)));
    const step = read.ok ? read.value : read;
    this.phase = step.ok && phase === 'new' ? 'challenged' : 'over';
    return step;
  }

  private begin(token: Uint8Array): Result<Step, string> {
    const offered = readNegotiate(token);
    if ((offered & REQUIRED) !== REQUIRED) return err('the client offers less than NTLMv2 with signatures of 128 bits');
    this.flags = ((offered & (REQUIRED | OPTIONAL)) | TOLD) >>> 0;
    this.negotiate = token;
    this.serverChallenge = this.chance.challenge();
    const { flags, serverChallenge: challenge, names } = this;
    this.challenge = writeChallenge({ ...names, flags, challenge, time: this.chance.fileTime?.() });
    return ok({ token: this.challenge });
  }

  private finish(token: Uint8Array): Result<Step, string> {
    const said = readAuthenticate(token);
    const agreed = said.flags & this.flags;
    if ((agreed & REQUIRED) !== REQUIRED) return err('the client agrees to less than it offered');
    if (said.user === '') return err('a client without a name');
    const key = this.account.keyOf(said);
    if (!key) return err('nobody of that name is known');
    const proof = proofOf(key, this.serverChallenge, said.clientChallenge);
    if (!same(proof, said.proof)) return err('the password is another');
    const exchanged = (agreed & Negotiate.KEY_EXCHANGE) !== 0;
    const base = sessionBaseKey(key, proof);
    if (exchanged && said.encryptedKey.length !== KEY_BYTES) return err('a key of the wrong length');
    const exported = exchanged ? new Rc4(base).apply(said.encryptedKey) : base;
    if (said.mic && !same(said.mic, this.micOf(exported, token))) return err('a message was changed on its way');
    this.hasMic = said.mic !== undefined;
    return ok({ token: new Uint8Array(), session: new NtlmSession(exported, 'server', exchanged) });
  }

  private micOf(exported: Uint8Array, authenticate: Uint8Array): Uint8Array {
    return hmacMd5(exported, this.negotiate, this.challenge, withoutMic(authenticate));
  }
}
