/**
 * Looks on while engines work, without a hook in src/: `Engine.prototype.step` and `ServerSlot.prototype.boot` are
 * replaced for the time of a test, so that every input, every effect and every placement passes by here.
 */
import type { Audit } from '../../src/failover/context.js';
import { type Boot, Engine } from '../../src/failover/engine.js';
import type { Effects, Input } from '../../src/failover/frames.js';
import { ServerSlot } from '../../src/cluster/server-slot.js';

/** One engine's life, from a boot to the loss of power. */
export interface Life {
  readonly name: string;
  readonly boot: Boot;
  readonly engine: Engine;
}

/** An effect as it was given out: `['send', to, frame]`. */
export type Given = { [Name in keyof Effects]: readonly [Name, ...Parameters<Effects[Name]>] }[keyof Effects];

export interface Onlooker {
  /** A server has booted; its first input comes later. */
  readonly born?: (life: Life) => void;
  /** An input is about to be taken in. */
  readonly before?: (life: Life, input: Input) => void;
  /** An effect is about to be carried out. */
  readonly effect?: (life: Life, effect: Given) => void;
  /** An input has been taken in and its effects carried out. */
  readonly after?: (life: Life, input: Input) => void;
  /** The engine has decided where a group goes. */
  readonly placed?: (life: Life, ...args: Parameters<Audit>) => void;
}

/** Looks on at all engines that run while `during` does. */
export async function lookOn<T>(onlooker: Onlooker, during: () => Promise<T>): Promise<T> {
  const { step } = Engine.prototype;
  const { boot } = ServerSlot.prototype;
  const lives = new WeakMap<Engine, Life>();
  const running = new WeakMap<ServerSlot, Engine>();
  const wrapped = new WeakMap<Engine, Effects>();
  ServerSlot.prototype.boot = function (now, out, audit) {
    const { definition, durable, place } = this;
    const told: Audit = (...args) => {
      audit?.(...args);
      onlooker.placed?.(lives.get(running.get(this)!)!, ...args);
    };
    const engine = boot.call(this, now, out, onlooker.placed ? told : audit);
    running.set(this, engine);
    const life: Life = {
      name: place.name,
      boot: { definition, me: place.server, incarnation: this.incarnation, now, durable },
      engine,
    };
    lives.set(engine, life);
    onlooker.born?.(life);
    return engine;
  };
  Engine.prototype.step = function (input, out) {
    const life = lives.get(this)!;
    onlooker.before?.(life, input);
    let effects = wrapped.get(this);
    if (!effects) wrapped.set(this, (effects = onlooker.effect ? tapped(out, life, onlooker.effect) : out));
    step.call(this, input, effects);
    onlooker.after?.(life, input);
  };
  try {
    return await during();
  } finally {
    Engine.prototype.step = step;
    ServerSlot.prototype.boot = boot;
  }
}

const EFFECTS = {
  broadcast: 0,
  send: 0,
  askWitness: 0,
  agent: 0,
  cancelAgent: 0,
  installed: 0,
  departed: 0,
  released: 0,
  bringsUp: 0,
  ordered: 0,
  answer: 0,
  persist: 0,
  powerOff: 0,
  watchdog: 0,
  warning: 0,
} satisfies Record<keyof Effects, 0>;

/** Effects that are told to `tell` and then carried out by `out`, if there is one. */
function made(tell: (effect: Given) => void, out?: Effects): Effects {
  const carryOut = out as unknown as Record<string, (...args: unknown[]) => void> | undefined;
  return Object.fromEntries(
    Object.keys(EFFECTS).map((name) => [
      name,
      (...args: unknown[]): void => {
        tell([name, ...args] as unknown as Given);
        carryOut?.[name](...args);
      },
    ]),
  ) as unknown as Effects;
}

function tapped(out: Effects, life: Life, effect: NonNullable<Onlooker['effect']>): Effects {
  return made((given) => effect(life, given), out);
}

/** Effects that nobody carries out; each is pushed into `list`, where one is given. */
export function collected(list?: Given[]): Effects {
  return made((given) => list?.push(given));
}
