/** The server's part of an authentication, whatever its kind: tokens in, tokens out, and a session in the end. */
import type { Result } from '../../../../model/result.js';
import type { NtlmSession } from './ntlm-session.js';

export interface Step {
  /** What the client is to be answered; empty where nothing is. */
  readonly token: Uint8Array;
  /** Given with the last step: the client is who it says. */
  readonly session?: NtlmSession;
}

export interface Acceptor {
  /** Takes the client's next token. A sentence where the client is refused; then there is nothing more to ask. */
  accept(token: Uint8Array): Result<Step, string>;
}
