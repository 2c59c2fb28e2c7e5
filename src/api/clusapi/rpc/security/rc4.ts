/**
 * The stream cipher RC4, with the key's stream going on from call to call: what NTLM seals and signs with.
 *
 * Written here because OpenSSL 3 has it only in a provider that Node does not load, and no package that does nothing else
 * is kept. Nothing new should use it (RFC 7465); here it keeps a conversation on this machine's loopback together as real
 * clients want it.
 */
export class Rc4 {
  private readonly box = Uint8Array.from({ length: 256 }, (_, i) => i);
  private i = 0;
  private j = 0;

  /** A key of 1 to 256 bytes. */
  constructor(key: Uint8Array) {
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + this.box[i] + key[i % key.length]) & 0xff;
      this.swap(i, j);
    }
  }

  /** The bytes mixed with the stream's next ones; done twice, with the same stream, they are what they were. */
  apply(bytes: Uint8Array): Uint8Array {
    return bytes.map((byte) => byte ^ this.next());
  }

  private next(): number {
    this.i = (this.i + 1) & 0xff;
    this.j = (this.j + this.box[this.i]) & 0xff;
    this.swap(this.i, this.j);
    return this.box[(this.box[this.i] + this.box[this.j]) & 0xff];
  }

  private swap(i: number, j: number): void {
    const { box } = this;
    [box[i], box[j]] = [box[j], box[i]];
  }
}
