/** SPNEGO: mechanisms offered, NTLM taken, the list signed by both. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elements, element, inside } from '../../../../src/api/clusapi/rpc/security/der.js';
import { KnownAccount, NtlmAcceptor } from '../../../../src/api/clusapi/rpc/security/ntlm.js';
import { NegState, NTLM_OID, SpnegoAcceptor } from '../../../../src/api/clusapi/rpc/security/spnego.js';
import { bytes, hex } from '../../../support/hex.js';
import { readAnswer, SpnegoClient, type SpnegoClientOptions } from '../../../support/ntlm-client.js';
import { damagedArb } from '../ndr-arbitrary.js';

const KERBEROS_OID = bytes('2a864886f712010202');
const chance = { challenge: () => bytes('0123456789abcdef'), fileTime: () => 1n };

function acceptor(): SpnegoAcceptor {
  const names = { computer: 'S', domain: 'D' };
  return new SpnegoAcceptor(new NtlmAcceptor(new KnownAccount({ user: 'user', password: 'pw' }), names, chance));
}

function token(of: SpnegoAcceptor, sent: Uint8Array): Uint8Array {
  const step = of.accept(sent);
  if (!step.ok) throw new Error(step.error);
  return step.value.token;
}

/** What comes of a client: its last answer, or why it is refused. */
function outcome(options: SpnegoClientOptions): { client: SpnegoClient; end: Uint8Array | string } {
  const client = new SpnegoClient(options);
  const server = acceptor();
  let challenge = token(server, client.negotiate());
  if (readAnswer(challenge).state === NegState.REQUEST_MIC) challenge = token(server, client.late());
  const end = server.accept(client.authenticate(challenge));
  return { client, end: end.ok ? end.value.token : end.error };
}

describe('a client of SPNEGO', () => {
  it.each<[string, SpnegoClientOptions]>([
    ['offers NTLM', {}],
    ['offers NTLM, and waits to be asked', { eager: false }],
    ['would rather have Kerberos', { mechanisms: [KERBEROS_OID, NTLM_OID] }],
    ['would rather have NTLM', { mechanisms: [NTLM_OID, KERBEROS_OID] }],
    ['protects the list only', { mic: 'none' }],
  ])('%s: let in, and the list is signed by both', (_, options) => {
    const { client, end } = outcome(options);
    expect(client.complete(end as Uint8Array)).toBe(true);
  });

  it('that protects nothing with an integrity code need not sign the list', () => {
    const { end } = outcome({ mic: 'none', listMic: 'none' });
    expect(hex(end as Uint8Array)).toBe('a1073005a0030a0100');
  });

  it.each<[string, SpnegoClientOptions, RegExp]>([
    ['whose list was changed', { listMic: 'wrong' }, /changed on its way/],
    ['whose list is not signed, but its messages are', { listMic: 'none' }, /not signed/],
    [
      'whose list is not signed, and that wanted something else',
      { mic: 'none', listMic: 'none', mechanisms: [KERBEROS_OID, NTLM_OID] },
      /not signed/,
    ],
    ['with another password', { password: 'x' }, /password is another/],
  ])('%s: refused', (_, options, reason) => {
    expect(outcome(options).end).toMatch(reason);
  });

  it('that does not offer NTLM is refused', () => {
    const offer = new SpnegoClient({ mechanisms: [KERBEROS_OID] }).negotiate();
    expect(acceptor().accept(offer)).toEqual({ ok: false, error: 'the client does not offer NTLM' });
  });

  it('is refused after the end', () => {
    const client = new SpnegoClient();
    const server = acceptor();
    const answer = client.authenticate(token(server, client.negotiate()));
    token(server, answer);
    expect(server.accept(answer)).toEqual({ ok: false, error: 'a token of SPNEGO after the last' });
  });

  it('whose tokens are damaged or nonsense is answered or refused, and nothing is thrown', () => {
    const client = new SpnegoClient();
    const offer = client.negotiate();
    const challenge = token(acceptor(), offer);
    const answer = client.authenticate(challenge);
    fc.assert(
      fc.property(damagedArb(fc.constant(offer)), damagedArb(fc.constant(answer)), (first, second) => {
        acceptor().accept(first);
        const server = acceptor();
        token(server, offer);
        const end = server.accept(second);
        if (end.ok) expect(readAnswer(end.value.token).state).toBe(NegState.COMPLETED);
        expect(server.accept(second).ok).toBe(false);
      }),
    );
  });
});

describe('DER', () => {
  it.each([0, 1, 127, 128, 255, 256, 65535])('an element of %i bytes is read as it was written', (length) => {
    const content = new Uint8Array(length).fill(7);
    expect(elements(element(4, content))).toEqual([{ tag: 4, bytes: content }]);
  });

  it.each(['04', '0405', '0480', '0484ffffffff', '04820001', '048400000001aa'])('%s is no element', (digits) => {
    expect(() => elements(bytes(digits))).toThrow();
  });

  it('one element of a tag is just that', () => {
    expect(hex(inside(bytes('0402aabb'), 4))).toBe('aabb');
    expect(() => inside(bytes('0402aabb'), 5)).toThrow();
    expect(() => inside(bytes('0400' + '0400'), 4)).toThrow();
    expect(() => inside(new Uint8Array(), 4)).toThrow();
  });
});
