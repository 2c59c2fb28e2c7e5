/**
 * A thread in virtual time: it stands still until the conductor says what happens at an instant.
 *
 * It takes the inputs of that instant in, one after the other, lets its own clock run if that is due, and sends back
 * every effect in order with where the machine in it then stands. It never looks at a clock, and never gives up its turn:
 * so what it does depends on what it is told and on nothing else.
 */
import type { Micros } from '../model/time.js';
import { Kind, type LineEnd } from './channel.js';
import { waitFor } from './realtime/waiting.js';
import { sendUp } from './serving.js';
import { fromBytes, toBytes } from './wire.js';

/** The order to run: at that instant, and whether the machine's own clock is due as well. */
export interface RunOrder {
  readonly at: Micros;
  readonly tick: boolean;
}

/** What came of a turn: the effects of each input that was taken in. A machine that is gone takes no more. */
export interface Turn<Effect, Standing> {
  readonly items: readonly (readonly Effect[])[];
  readonly standing: Standing;
}

/** The machine of a thread: an engine, or a client. */
export interface TurnMachine<Input, Effect, Standing> {
  /** It takes no more inputs. */
  readonly gone: boolean;
  nextDeadline(): Micros;
  /** Takes one input in; answers what it gave out. */
  step(input: Input): readonly Effect[];
  tick(at: Micros): Input;
  standing(): Standing;
}

/** @param read an input from the bytes of a message of that kind */
export function serveTurns<Input, Effect, Standing>(
  end: LineEnd,
  machine: TurnMachine<Input, Effect, Standing>,
  read: (kind: number, network: number, stampUs: number, bytes: Uint8Array) => Input,
): never {
  const inputs: Input[] = [];
  let order: RunOrder | undefined;
  const listen = (): boolean => {
    end.drain((kind, _ends, network, stampUs, bytes) => {
      const content = bytes as Uint8Array;
      if (kind === Kind.RUN) order = fromBytes(content) as RunOrder;
      else inputs.push(read(kind, network, stampUs, content));
    });
    return order !== undefined;
  };
  for (;;) {
    waitFor(end.own, listen, Infinity);
    const { at, tick } = order as unknown as RunOrder;
    order = undefined;
    const items: (readonly Effect[])[] = [];
    for (const input of inputs.splice(0)) if (!machine.gone) items.push(machine.step(input));
    if (tick && !machine.gone && machine.nextDeadline() <= at) items.push(machine.step(machine.tick(at)));
    const turn: Turn<Effect, Standing> = { items, standing: machine.standing() };
    sendUp(end, Kind.DONE, toBytes(turn), 0);
  }
}
