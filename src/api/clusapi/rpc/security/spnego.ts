/**
 * The server's part of SPNEGO (RFC 4178, with MS-SPNG): the client lists mechanisms, the server takes NTLM, whose messages
 * then travel inside, and both sign the list, so that nobody in between can have shortened it.
 */
import { err, ok, type Result } from '../../../../model/result.js';
import { NdrError } from '../ndr/bytes.js';
import { caught } from '../pdu.js';
import type { Acceptor, Step } from './acceptor.js';
import { element, elements, inside, Tag } from './der.js';
import { same } from './ntlm-keys.js';
import type { NtlmAcceptor } from './ntlm.js';
import type { NtlmSession } from './ntlm-session.js';

/** 1.3.6.1.5.5.2: SPNEGO itself, and 1.3.6.1.4.1.311.2.2.10: NTLM. */
export const SPNEGO_OID = Uint8Array.of(0x2b, 6, 1, 5, 5, 2);
export const NTLM_OID = Uint8Array.of(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10);

/** The state of a negotiation, as the server tells it. */
export const NegState = { COMPLETED: 0, INCOMPLETE: 1, REQUEST_MIC: 3 } as const;

/** What both kinds of token have, by their numbers. */
const Field = { STATE: 0, MECHANISM: 1, TOKEN: 2, MIC: 3 } as const;

const NOTHING = new Uint8Array();

interface Offer {
  /** The list as it was sent: what is signed in the end. */
  readonly list: Uint8Array;
  readonly mechanisms: readonly Uint8Array[];
  readonly token?: Uint8Array;
}

export class SpnegoAcceptor implements Acceptor {
  private list: Uint8Array = NOTHING;
  private phase: 'new' | 'going' | 'over' = 'new';
  /** NTLM was not what the client liked best. */
  private changed = false;

  constructor(private readonly ntlm: NtlmAcceptor) {}

  accept(token: Uint8Array): Result<Step, string> {
    const { phase } = this;
    if (phase === 'over') return err('a token of SPNEGO after the last');
    const read = caught(() => (phase === 'new' ? this.begin(readOffer(token)) : this.proceed(token)));
    const step = read.ok ? read.value : read;
    this.phase = step.ok && !step.value.session ? 'going' : 'over';
    return step;
  }

  private begin({ list, mechanisms, token }: Offer): Result<Step, string> {
    const place = mechanisms.findIndex((each) => same(each, NTLM_OID));
    if (place < 0) return err('the client does not offer NTLM');
    this.list = list;
    this.changed = place > 0;
    // What came along is for what the client liked best.
    if (this.changed || !token) return ok({ token: reply(NegState.REQUEST_MIC, { mechanism: NTLM_OID }) });
    const step = this.ntlm.accept(token);
    if (!step.ok) return step;
    return ok({ token: reply(NegState.INCOMPLETE, { mechanism: NTLM_OID, token: step.value.token }) });
  }

  private proceed(bytes: Uint8Array): Result<Step, string> {
    const fields = fieldsOf(inside(inside(bytes, Tag.CONTEXT + 1), Tag.SEQUENCE));
    const token = fields.get(Field.TOKEN);
    const mic = fields.get(Field.MIC);
    const step = this.ntlm.accept(token ? inside(token, Tag.OCTETS) : NOTHING);
    if (!step.ok) return step;
    const { session } = step.value;
    if (!session) return ok({ token: reply(NegState.INCOMPLETE, step.value) });
    return this.complete(session, mic && inside(mic, Tag.OCTETS));
  }

  /** The list's signature may be left out only by a client that got what it liked best, and signs nothing else either. */
  private complete(session: NtlmSession, mic: Uint8Array | undefined): Result<Step, string> {
    if (!mic) {
      if (this.changed || this.ntlm.hasMic) return err('the list of mechanisms is not signed');
      return ok({ token: reply(NegState.COMPLETED, {}), session });
    }
    if (!session.verify(this.list, mic)) return err('the list of mechanisms was changed on its way');
    const token = reply(NegState.COMPLETED, { mic: session.sign(this.list) });
    session.rewind();
    return ok({ token, session });
  }
}

/** A client's first token: NegTokenInit, in the frame that tells the kind of token. */
function readOffer(bytes: Uint8Array): Offer {
  const [kind, init, ...rest] = elements(inside(bytes, Tag.APPLICATION));
  if (rest.length > 0 || kind?.tag !== Tag.OBJECT || !same(kind.bytes, SPNEGO_OID) || init?.tag !== Tag.CONTEXT)
    throw new NdrError('no token of SPNEGO');
  const fields = fieldsOf(inside(init.bytes, Tag.SEQUENCE));
  const list = fields.get(Field.STATE) ?? NOTHING;
  const mechanisms = elements(inside(list, Tag.SEQUENCE)).map((each) => each.bytes);
  const token = fields.get(Field.TOKEN);
  return { list, mechanisms, token: token && inside(token, Tag.OCTETS) };
}

/** The fields of a token by their numbers; the first of a number counts. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  for (const { tag, bytes: value } of elements(bytes)) {
    const number = tag - Tag.CONTEXT;
    if (!fields.has(number)) fields.set(number, value);
  }
  return fields;
}

interface Reply {
  readonly mechanism?: Uint8Array;
  readonly token?: Uint8Array;
  readonly mic?: Uint8Array;
}

/** NegTokenResp. */
function reply(state: number, { mechanism, token, mic }: Reply): Uint8Array {
  const fields = [field(Field.STATE, element(Tag.ENUMERATED, Uint8Array.of(state)))];
  if (mechanism) fields.push(field(Field.MECHANISM, element(Tag.OBJECT, mechanism)));
  if (token) fields.push(field(Field.TOKEN, element(Tag.OCTETS, token)));
  if (mic) fields.push(field(Field.MIC, element(Tag.OCTETS, mic)));
  return element(Tag.CONTEXT + 1, element(Tag.SEQUENCE, ...fields));
}

function field(number: number, value: Uint8Array): Uint8Array {
  return element(Tag.CONTEXT + number, value);
}
