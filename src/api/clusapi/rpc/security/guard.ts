/**
 * What stands between a connection and its client: who the client is, and whether its units are what it sent.
 *
 * A connection asks before it believes a unit, and gives what it sends through here. Without a provider nobody is asked,
 * and credentials are refused. With one, a client begins to authenticate with its bind or not at all, and its calls are
 * done when that has succeeded; a client that failed is told so at the first unit that has an answer, and is sent away.
 * MS-RPCE, 3.3.1.5.2.
 */
import { err, ok, type Result } from '../../../../model/result.js';
import { Fault, Flag, NakReason, type Header } from '../pdu.js';
import type { Acceptor, Step } from './acceptor.js';
import type { NtlmSession } from './ntlm-session.js';
import {
  AuthLevel,
  readCredentials,
  secured,
  SECURED_BYTES,
  unsecured,
  withToken,
  type AuthKind,
  type Credentials,
} from './trailer.js';

/** What clients of a port must do to be believed. */
export interface SecurityProvider {
  /** Whether calls of clients are done that bound without credentials. */
  readonly anonymous: boolean;
  /** Begins an authentication of a kind (`AuthType`); undefined for one that is not done here. */
  acceptor(type: number): Acceptor | undefined;
}

/** Why a unit is not taken. */
export interface Denial {
  /** The fault, or the reason of a `bind_nak`. */
  readonly status: number;
  /** In words, where the connection ends with it. */
  readonly because?: string;
}

type State =
  /** The client has not said who it is. */
  | { readonly is: 'nobody' }
  | { readonly is: 'asked'; readonly kind: AuthKind; readonly acceptor: Acceptor }
  | { readonly is: 'known'; readonly kind: AuthKind; readonly session: NtlmSession }
  | { readonly is: 'refused'; readonly because: string };

export class Guard {
  private state: State = { is: 'nobody' };
  private owed: { readonly kind: AuthKind; readonly token: Uint8Array; readonly signsHeaders: boolean } | undefined;

  constructor(private readonly provider: SecurityProvider | undefined) {}

  /** A bind. Its `bind_nak` where it is refused. */
  bind(unit: Uint8Array, header: Header): Denial | undefined {
    if (header.authLength === 0) return undefined;
    const read = readCredentials(unit, header);
    if (!read.ok) return { status: NakReason.NONE, because: read.error };
    const { type, level } = read.value;
    const acceptor = this.provider?.acceptor(type);
    if (!acceptor) return { status: NakReason.AUTHENTICATION, because: `authentication of kind ${type}` };
    if (level !== AuthLevel.INTEGRITY && level !== AuthLevel.PRIVACY)
      return { status: NakReason.AUTHENTICATION, because: `authentication at level ${level}` };
    return this.step(acceptor, read.value, header, NakReason.CHECKSUM);
  }

  /** An alter_context, which may go on with an authentication. Its fault where that fails. */
  alter(unit: Uint8Array, header: Header): Denial | undefined {
    if (header.authLength === 0) return undefined;
    return this.proceed(unit, header);
  }

  /** The last token of an authentication, in a unit that has no answer: nobody can be told what comes of it. */
  auth3(unit: Uint8Array, header: Header): void {
    if (this.state.is === 'nobody') return;
    const denied = this.proceed(unit, header);
    this.owed = undefined;
    if (!denied && this.state.is === 'asked')
      this.state = { is: 'refused', because: 'the authentication was cut short' };
  }

  /** The answer to a bind or an alter_context, with the token that the client is owed. */
  answered(unit: Uint8Array): Uint8Array {
    const { owed } = this;
    if (!owed) return unit;
    this.owed = undefined;
    const answer = owed.token.length === 0 ? unit : withToken(unit, owed.kind, owed.token);
    if (owed.signsHeaders) answer[FLAGS_AT] |= Flag.HEADER_SIGN;
    return answer;
  }

  /** A unit of a call as the client sent it. */
  unwrapped(unit: Uint8Array, header: Header): Result<Uint8Array, Denial> {
    const { state } = this;
    switch (state.is) {
      case 'nobody':
        return header.authLength === 0 && this.provider?.anonymous !== false
          ? ok(unit)
          : err({ status: Fault.ACCESS_DENIED });
      case 'known': {
        if (header.authLength === 0) return err(this.denied('a unit without its signature', Fault.ACCESS_DENIED));
        const plain = unsecured(unit, header, state.kind, state.session);
        return plain.ok ? plain : err(this.denied(plain.error));
      }
      case 'asked':
        return err({ status: Fault.ACCESS_DENIED, because: 'called before authenticated' });
      case 'refused':
        return err({ status: Fault.ACCESS_DENIED, because: state.because });
    }
  }

  /** A unit of an answer as the client is to get it. */
  wrapped(unit: Uint8Array): Uint8Array {
    const { state } = this;
    return state.is === 'known' ? secured(unit, state.kind, state.session) : unit;
  }

  /** How large a unit may be for what `wrapped` makes of it to have at most so many bytes. */
  room(bytes: number): number {
    return this.state.is === 'known' ? bytes - SECURED_BYTES : bytes;
  }

  private proceed(unit: Uint8Array, header: Header): Denial | undefined {
    const { state } = this;
    if (state.is !== 'asked') return this.denied('credentials that nobody asked for');
    const read = readCredentials(unit, header);
    if (!read.ok) return this.denied(read.error);
    const { type, level, contextId } = state.kind;
    if (read.value.type !== type || read.value.level !== level || read.value.contextId !== contextId)
      return this.denied('credentials of another authentication');
    return this.step(state.acceptor, read.value, header, Fault.SECURITY_PACKAGE);
  }

  private step(
    acceptor: Acceptor,
    { token, ...kind }: Credentials,
    header: Header,
    status: number,
  ): Denial | undefined {
    const step: Result<Step, string> = acceptor.accept(token);
    if (!step.ok) return this.denied(`authentication failed: ${step.error}`, status);
    const { session, token: answer } = step.value;
    this.state = session ? { is: 'known', kind, session } : { is: 'asked', kind, acceptor };
    this.owed = { kind, token: answer, signsHeaders: (header.flags & Flag.HEADER_SIGN) !== 0 };
    return undefined;
  }

  private denied(because: string, status: number = Fault.SECURITY_PACKAGE): Denial {
    this.state = { is: 'refused', because };
    return { status, because };
  }
}

/** Where a unit has its flags. */
const FLAGS_AT = 3;
