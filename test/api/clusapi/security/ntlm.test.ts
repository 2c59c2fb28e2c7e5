/** NTLM against the published example of NTLMv2 (MS-NLMP, 4.2.4), and what it refuses. */
import { describe, expect, it } from 'vitest';
import {
  hmacMd5,
  passwordHash,
  proofOf,
  responseKey,
  sealingKey,
  sessionBaseKey,
  signingKey,
  unicode,
  upperCase,
} from '../../../../src/api/clusapi/rpc/security/ntlm-keys.js';
import {
  Negotiate,
  readAuthenticate,
  readNegotiate,
  writeChallenge,
} from '../../../../src/api/clusapi/rpc/security/ntlm-messages.js';
import { NtlmSession } from '../../../../src/api/clusapi/rpc/security/ntlm-session.js';
import { KnownAccount, NtlmAcceptor, type Account } from '../../../../src/api/clusapi/rpc/security/ntlm.js';
import { Rc4 } from '../../../../src/api/clusapi/rpc/security/rc4.js';
import { bytes, hex } from '../../../support/hex.js';

// 4.2.1: what all examples have in common.
const SERVER_CHALLENGE = bytes('0123456789abcdef');
const EXPORTED_KEY = new Uint8Array(16).fill(0x55);

// 4.2.4.3: the messages. The client's has no integrity code, the version stands in front of the names.
const CHALLENGE = `
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000
  060070170000000f 530065007200760065007200
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`;
const CLIENT_CHALLENGE = `
  01010000 00000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000`;
const PROOF = '68cd0ab851e51c96aabc927bebef6a1c';
const AUTHENTICATE = `
  4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000 100010005c000000
  10001000d8000000 358288e2 0501280a0000000f
  44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200
  86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa
  ${PROOF} ${CLIENT_CHALLENGE} c5dad2544fc9799094ce1ce90bc9d03e`;

describe('the example of MS-NLMP, 4.2.4', () => {
  const key = responseKey(passwordHash('Password'), 'User', 'Domain');

  it('makes these keys of the password', () => {
    expect(hex(key)).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
    const proof = proofOf(key, SERVER_CHALLENGE, bytes(CLIENT_CHALLENGE));
    expect(hex(proof)).toBe(PROOF);
    const base = sessionBaseKey(key, proof);
    expect(hex(base)).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
    expect(hex(new Rc4(base).apply(EXPORTED_KEY))).toBe('c5dad2544fc9799094ce1ce90bc9d03e');
    expect(hex(sealingKey(EXPORTED_KEY, 'client'))).toBe('59f600973cc4960a25480a7c196e4c58');
    expect(hex(signingKey(EXPORTED_KEY, 'client'))).toBe('4788dc861b4782f35d43fd98fe1a2d39');
  });

  it('writes this challenge', () => {
    const written = writeChallenge({
      flags: 0xe28a8233,
      challenge: SERVER_CHALLENGE,
      computer: 'Server',
      domain: 'Domain',
    });
    const expected = bytes(CHALLENGE);
    // The version of the server is its own affair.
    expected.set(written.subarray(48, 56), 48);
    expect(hex(written)).toBe(hex(expected));
  });

  it('reads this answer', () => {
    const read = readAuthenticate(bytes(AUTHENTICATE));
    expect(read).toMatchObject({ flags: 0xe2888235, user: 'User', domain: 'Domain', mic: undefined });
    expect([read.proof, read.clientChallenge, read.encryptedKey].map(hex)).toEqual([
      PROOF,
      hex(bytes(CLIENT_CHALLENGE)),
      'c5dad2544fc9799094ce1ce90bc9d03e',
    ]);
  });

  it('hides and signs this message', () => {
    const plain = unicode('Plaintext');
    const [client, server] = [
      new NtlmSession(EXPORTED_KEY, 'client', true),
      new NtlmSession(EXPORTED_KEY, 'server', true),
    ];
    const hidden = client.encrypt(plain);
    const signature = client.sign(plain);
    expect(hex(hidden)).toBe('54e50165bf1936dc996020c1811b0f06fb5f');
    expect(hex(signature)).toBe('010000007fb38ec5c55d497600000000');
    expect(server.decrypt(hidden)).toEqual(plain);
    expect(server.verify(plain, signature)).toBe(true);
  });
});
