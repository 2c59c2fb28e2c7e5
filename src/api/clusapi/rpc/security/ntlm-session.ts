/**
 * A session of NTLM: messages signed and sealed, each in its place of the sequence (MS-NLMP, 3.4, with extended session
 * security and 128 bits).
 *
 * Who hides a message encrypts first, then signs what it was; who reads one decrypts first, then verifies: both take from
 * the same stream of the cipher, so nothing may be left out, repeated or done in another order.
 */
import { hmacMd5, same, sealingKey, signingKey, type Side } from './ntlm-keys.js';
import { Rc4 } from './rc4.js';

/** Bytes of a signature. */
export const SIGNATURE_BYTES = 16;

const SIGNATURE_VERSION = 1;

/** One direction. */
class Line {
  private cipher: Rc4;
  private sequence = 0;
  private readonly signKey: Uint8Array;
  private readonly sealKey: Uint8Array;

  constructor(
    exportedKey: Uint8Array,
    side: Side,
    private readonly keyExchanged: boolean,
  ) {
    this.signKey = signingKey(exportedKey, side);
    this.sealKey = sealingKey(exportedKey, side);
    this.cipher = new Rc4(this.sealKey);
  }

  crypt(bytes: Uint8Array): Uint8Array {
    return this.cipher.apply(bytes);
  }

  /** The signature of the next message (3.4.4.2). */
  sign(message: Uint8Array): Uint8Array {
    const signature = new Uint8Array(SIGNATURE_BYTES);
    const view = new DataView(signature.buffer);
    view.setUint32(0, SIGNATURE_VERSION, true);
    view.setUint32(12, this.sequence, true);
    const checksum = hmacMd5(this.signKey, signature.subarray(12), message).subarray(0, 8);
    signature.set(this.keyExchanged ? this.cipher.apply(checksum) : checksum, 4);
    this.sequence = (this.sequence + 1) >>> 0;
    return signature;
  }

  rewind(): void {
    this.cipher = new Rc4(this.sealKey);
  }
}

export class NtlmSession {
  private readonly outgoing: Line;
  private readonly incoming: Line;

  /** `keyExchanged` where the key was the client's choice, rather than following from the password. */
  constructor(exportedKey: Uint8Array, side: Side, keyExchanged: boolean) {
    this.outgoing = new Line(exportedKey, side, keyExchanged);
    this.incoming = new Line(exportedKey, side === 'server' ? 'client' : 'server', keyExchanged);
  }

  encrypt(bytes: Uint8Array): Uint8Array {
    return this.outgoing.crypt(bytes);
  }

  decrypt(bytes: Uint8Array): Uint8Array {
    return this.incoming.crypt(bytes);
  }

  sign(message: Uint8Array): Uint8Array {
    return this.outgoing.sign(message);
  }

  /** Whether the message is the peer's next one, as it was sent. Where it is not the session is of no use any more. */
  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return same(this.incoming.sign(message), signature);
  }

  /**
   * The ciphers' streams from their beginnings, the sequence going on: after SPNEGO has signed its list of mechanisms
   * (MS-SPNG, 3.3.5.1).
   */
  rewind(): void {
    this.outgoing.rewind();
    this.incoming.rewind();
  }
}
