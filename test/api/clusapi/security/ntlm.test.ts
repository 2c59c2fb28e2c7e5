/** NTLM against the published example of NTLMv2 (MS-NLMP, 4.2.4), and what it refuses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
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
import { ALL_FLAGS, NtlmClient, type NtlmClientOptions } from '../../../support/ntlm-client.js';
import { damagedArb } from '../ndr-arbitrary.js';

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

const chance = { challenge: () => SERVER_CHALLENGE, fileTime: () => 0x01d8_0000_0000_0000n };
const names = { computer: 'Server', domain: 'Domain' };
const account: Account = { user: 'User', password: 'pw' };

function acceptor(of: Account = account): NtlmAcceptor {
  return new NtlmAcceptor(new KnownAccount(of), names, chance);
}

/** Why a client is refused; '' for one that is not. */
function refusal(options: NtlmClientOptions, of?: Account): string {
  const client = new NtlmClient(options);
  const server = acceptor(of);
  const challenge = server.accept(client.negotiate());
  if (!challenge.ok) return challenge.error;
  const end = server.accept(client.authenticate(challenge.value.token));
  return end.ok ? '' : end.error;
}

describe('a client of NTLM', () => {
  it('is let in by the published example, and can read what the server signs', () => {
    const server = acceptor({ user: 'user', password: 'Password', domain: 'DOMAIN' });
    expect(server.accept(bytes('4e544c4d53535000 01000000 358288e2 0000000000000000 0000000000000000')).ok).toBe(true);
    const end = server.accept(bytes(AUTHENTICATE));
    if (!end.ok) throw new Error(end.error);
    const client = new NtlmSession(EXPORTED_KEY, 'client', true);
    const message = unicode('Plaintext');
    expect(end.value.session?.verify(message, client.sign(message))).toBe(true);
    expect(client.verify(message, end.value.session!.sign(message))).toBe(true);
  });

  it.each<[string, NtlmClientOptions]>([
    ['as it is', {}],
    ['in other letters', { user: 'uSER' }],
    ['of any domain', { domain: '' }],
    ['without an integrity code', { mic: 'none' }],
    ['without a key of its own', { flags: ALL_FLAGS & ~Negotiate.KEY_EXCHANGE }],
  ])('is let in %s', (_, options) => {
    expect(refusal(options)).toBe('');
  });

  it.each<[string, NtlmClientOptions, RegExp]>([
    ['with another password', { password: 'Pw' }, /password is another/],
    ['with no password', { password: '' }, /password is another/],
    ['with another name', { user: 'root' }, /nobody/],
    ['without a name', { user: '' }, /without a name/],
    ['whose message was changed', { mic: 'wrong' }, /changed on its way/],
    ['with a response of NTLMv1', { response: new Uint8Array(24) }, /password is another/],
    ['without a response', { response: new Uint8Array() }, /password is another/],
    ['with a key that is too short', { encryptedKey: new Uint8Array(15) }, /wrong length/],
    ['that agrees to less than it offered', { agreed: ALL_FLAGS & ~Negotiate.KEYS_128 }, /agrees to less/],
    ...(['UNICODE', 'SIGN', 'NTLM', 'EXTENDED_SESSION_SECURITY', 'KEYS_128'] as const).map(
      (flag): [string, NtlmClientOptions, RegExp] => [
        `that does not offer ${flag}`,
        { flags: ALL_FLAGS & ~Negotiate[flag] },
        /offers less/,
      ],
    ),
  ])('is refused %s', (_, options, reason) => {
    expect(refusal(options)).toMatch(reason);
  });

  it('is refused from another domain than the one that is known', () => {
    expect(refusal({ domain: 'd' }, { ...account, domain: 'D' })).toBe('');
    expect(refusal({ domain: 'E' }, { ...account, domain: 'D' })).toMatch(/nobody/);
  });

  it('is refused after it was refused, and after it was let in', () => {
    for (const password of ['pw', 'wrong']) {
      const client = new NtlmClient({ password });
      const server = acceptor();
      const challenge = server.accept(client.negotiate());
      const answer = client.authenticate(challenge.ok ? challenge.value.token : new Uint8Array());
      expect(server.accept(answer).ok).toBe(password === 'pw');
      expect(server.accept(answer)).toEqual({ ok: false, error: 'a message of NTLM after the last' });
    }
  });

  it('that sends an old answer to a new challenge is refused', () => {
    const client = new NtlmClient();
    const first = acceptor();
    const challenge = first.accept(client.negotiate());
    const answer = client.authenticate(challenge.ok ? challenge.value.token : new Uint8Array());
    expect(first.accept(answer).ok).toBe(true);
    const other = { ...chance, challenge: () => bytes('fedcba9876543210') };
    const second = new NtlmAcceptor(new KnownAccount(account), names, other);
    second.accept(client.negotiate());
    expect(second.accept(answer)).toEqual({ ok: false, error: 'the password is another' });
  });

  it('whose messages are cut short, changed or nonsense is refused, and nothing is thrown', () => {
    const client = new NtlmClient();
    const challenge = acceptor().accept(client.negotiate());
    const answer = client.authenticate(challenge.ok ? challenge.value.token : new Uint8Array());
    const changed = damagedArb(fc.constant(answer));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), changed), (token) => {
        const server = acceptor();
        server.accept(client.negotiate());
        const end = server.accept(token);
        expect(end.ok).toBe(hex(token) === hex(answer));
        expect(acceptor().accept(token).ok).toBe(false);
      }),
    );
  });

  it('that is not told the time is told nothing else instead', () => {
    const server = new NtlmAcceptor(new KnownAccount(account), names, { challenge: chance.challenge });
    const [with_, without] = [acceptor(), server].map((each) => {
      const step = each.accept(new NtlmClient().negotiate());
      return step.ok ? step.value.token.length : 0;
    });
    expect(with_ - without).toBe(12);
  });
});

describe('a session', () => {
  const message = unicode('one');
  const pair = (keyExchanged = true): [client: NtlmSession, server: NtlmSession] => [
    new NtlmSession(EXPORTED_KEY, 'client', keyExchanged),
    new NtlmSession(EXPORTED_KEY, 'server', keyExchanged),
  ];

  it.each([true, false])('takes messages in their order only (keys exchanged: %s)', (exchanged) => {
    const [client, server] = pair(exchanged);
    const signatures = [client.sign(message), client.sign(message)];
    expect(server.verify(message, signatures[0])).toBe(true);
    expect(server.verify(message, signatures[0])).toBe(false);
    const [, late] = pair(exchanged);
    expect(late.verify(message, signatures[1])).toBe(false);
  });

  it('does not take its own messages for the peer’s', () => {
    const [, server] = pair();
    const [, same] = pair();
    expect(server.verify(message, same.sign(message))).toBe(false);
  });

  it('does not take a signature with any bit changed', () => {
    const [client] = pair();
    const signature = client.sign(message);
    for (let bit = 0; bit < 128; bit++) {
      const wrong = Uint8Array.from(signature, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(pair()[1].verify(message, wrong)).toBe(false);
    }
    expect(pair()[1].verify(message, signature.subarray(0, 12))).toBe(false);
  });
});

describe('names', () => {
  it.each([
    ['Jürgen', 'JÜRGEN'],
    ['Straße', 'STRAßE'],
    ['иван', 'ИВАН'],
    ['太郎', '太郎'],
  ])('%s is %s', (name, capitals) => {
    expect(upperCase(name)).toBe(capitals);
  });
});

describe('flags', () => {
  it('of a client are read', () => {
    expect(readNegotiate(new NtlmClient({ flags: 0xe2088297 }).negotiate())).toBe(0xe2088297);
  });
});
