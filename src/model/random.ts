/**
 * Chance, without a hidden state that one draw could change for another.
 *
 * What happens to a frame must not depend on how many draws were made before it, or taking one fault out of a scenario
 * would change everything after it. So a draw is a function of a key: the seed and a few numbers that say what is being
 * drawn (which link, for what purpose, which frame). The function is MurmurHash3's 32-bit one (Austin Appleby,
 * published as an algorithm in the public domain) over the key's words: a few multiplications a word, every bit of the
 * result depending on every bit of the key.
 *
 * Scenario generators want the opposite, a sequence; `RandomStream` is xoshiro128** (Blackman and Vigna), seeded by
 * keyed draws, so that each part of a generator can have a stream of its own.
 */

const TWO_32 = 4_294_967_296;
const TWO_53 = 9_007_199_254_740_992;

/** Takes one 32-bit word into the state. */
function absorb(state: number, word: number): number {
  let scrambled = Math.imul(word, 0xcc9e2d51);
  scrambled = (scrambled << 15) | (scrambled >>> 17);
  let mixed = state ^ Math.imul(scrambled, 0x1b873593);
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe6546b64) | 0;
}

/** Spreads every bit of the state over all of the result. */
function finish(state: number): number {
  let mixed = state ^ (state >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A whole number as one word. Below 2^32 it is the word itself; above, its upper half is mixed in. */
function wordOf(value: number): number {
  if (value >= 0 && value < TWO_32) return value | 0;
  return (value | 0) ^ finish(Math.floor(value / TWO_32) | 0);
}

/**
 * A random number from 0 to 2^32 - 1, the same for the same key. `seed` and `parts` are whole numbers from 0 to
 * 2^53 - 1. Keys of different lengths are different keys.
 */
export function draw(seed: number, ...parts: readonly number[]): number {
  let state = wordOf(seed);
  for (const part of parts) state = absorb(state, wordOf(part));
  return finish(state ^ (parts.length * 4));
}

/** `draw` for keys of three parts, without the list; answers the same. */
export function draw3(seed: number, first: number, second: number, third: number): number {
  const state = absorb(absorb(absorb(wordOf(seed), wordOf(first)), wordOf(second)), wordOf(third));
  return finish(state ^ 12);
}

/** A drawn 32-bit number as a fraction from 0 up to, but not, 1. */
export function unit(drawn: number): number {
  return drawn / TWO_32;
}

/** Sets the streams' seeding apart from every other use of the same seed. */
const STREAM_KEY = 0x5354_524d;

/** The four words of a stream's state. */
export type StreamState = readonly [number, number, number, number];

/** A sequence of random numbers: xoshiro128**. Streams of the same seed and key are the same. */
export class RandomStream {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /** A stream that starts in a given state, of which at least one word is not 0. */
  private constructor(state: StreamState) {
    [this.s0, this.s1, this.s2, this.s3] = state;
  }

  /** The stream of a seed, and of a key where one seed feeds several. All whole numbers from 0 to 2^53 - 1. */
  static of(seed: number, ...key: readonly number[]): RandomStream {
    const word = (i: number): number => draw(seed, STREAM_KEY, ...key, i) | 0;
    // The state of all zeros is the one that xoshiro cannot leave; the last bit keeps it out of reach.
    return new RandomStream([word(0), word(1), word(2), word(3) | 1]);
  }

  /** The stream that goes on from a state, e.g. one that `state` answered. Not all words may be 0. */
  static from(state: StreamState): RandomStream {
    if (state.every((word) => (word | 0) === 0)) throw new RangeError('A stream cannot start from four zeros.');
    return new RandomStream(state);
  }

  /** Where the stream stands, as four numbers from 0 to 2^32 - 1. */
  get state(): StreamState {
    return [this.s0 >>> 0, this.s1 >>> 0, this.s2 >>> 0, this.s3 >>> 0];
  }

  /** The next number from 0 to 2^32 - 1. */
  next(): number {
    const times5 = Math.imul(this.s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = (this.s3 << 11) | (this.s3 >>> 21);
    return result >>> 0;
  }

  /** The next fraction from 0 up to, but not, 1, with 53 random bits. */
  float(): number {
    const upper = this.next() >>> 5;
    return (upper * 67_108_864 + (this.next() >>> 6)) / TWO_53;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** A whole number from `min` to `max`, both included, each equally likely. Throws where there is none. */
  integer(min: number, max: number): number {
    const span = max - min + 1;
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || span < 1 || span > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`No whole numbers to draw from: ${min} to ${max}.`);
    }
    const narrow = span <= TWO_32;
    const drawable = narrow ? TWO_32 : TWO_53;
    // Numbers beyond the last full multiple of the span would make the small ones likelier: draw again.
    const fair = drawable - (drawable % span);
    let drawn: number;
    do drawn = narrow ? this.next() : this.float() * TWO_53;
    while (drawn >= fair);
    return min + (drawn % span);
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)];
  }

  /** A copy of the list in random order, every order equally likely. */
  shuffle<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let last = copy.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [copy[last], copy[other]] = [copy[other], copy[last]];
    }
    return copy;
  }
}
