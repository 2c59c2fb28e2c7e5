/**
 * What NTLMv2 makes of a password: the key that proves it, and the keys of a session. Sections are those of MS-NLMP.
 */
import { Buffer } from 'node:buffer';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { md4 } from './md4.js';

/** Who speaks. */
export type Side = 'client' | 'server';

/** Every key and digest of NTLM has as many bytes. */
export const KEY_BYTES = 16;

export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** Whether bytes are the same, told in a time that does not depend on where they differ. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** UTF-16, little endian, without an end. */
export function unicode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf16le'));
}

/** Capital letters as NTLM has them: one for one, whatever the language. */
export function upperCase(text: string): string {
  return text.replace(/./gsu, (letter) => {
    const capital = letter.toUpperCase();
    return capital.length === letter.length ? capital : letter;
  });
}

/** What a password is kept as: NTOWFv1 (3.3.1). As good as the password to whoever has it. */
export function passwordHash(password: string): Uint8Array {
  return md4(unicode(password));
}

/** The key of responses: NTOWFv2 (3.3.2). The domain is taken as it was written. */
export function responseKey(hash: Uint8Array, user: string, domain: string): Uint8Array {
  return hmacMd5(hash, unicode(upperCase(user) + domain));
}

/** The proof that a client knows the key, for a server's challenge and the client's own: NTProofStr (3.3.2). */
export function proofOf(key: Uint8Array, serverChallenge: Uint8Array, clientChallenge: Uint8Array): Uint8Array {
  return hmacMd5(key, serverChallenge, clientChallenge);
}

/** The session's first key (3.3.2). */
export function sessionBaseKey(key: Uint8Array, proof: Uint8Array): Uint8Array {
  return hmacMd5(key, proof);
}

const SIDES = { client: 'client-to-server', server: 'server-to-client' } as const;

function derived(key: Uint8Array, side: Side, use: 'signing' | 'sealing'): Uint8Array {
  const text = `session key to ${SIDES[side]} ${use} key magic constant\0`;
  return new Uint8Array(createHash('md5').update(key).update(text).digest());
}

/** The key of a side's signatures: SIGNKEY (3.4.5.2). */
export function signingKey(exportedKey: Uint8Array, side: Side): Uint8Array {
  return derived(exportedKey, side, 'signing');
}

/** The key of what a side hides: SEALKEY (3.4.5.3) with 128 bits. */
export function sealingKey(exportedKey: Uint8Array, side: Side): Uint8Array {
  return derived(exportedKey, side, 'sealing');
}
