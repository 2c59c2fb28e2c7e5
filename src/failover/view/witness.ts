/**
 * The witness of the `ping` policy: a machine that every side can ask and that says yes once.
 *
 * It remembers the epoch it granted last. A view may follow only the one that was granted last, so of two sides that
 * come from the same view the first to ask goes on and the other learns that it has lost. Who was promised to the view
 * granted last may follow it too, though it never came about: whoever it was granted to can then go no further.
 */
import type { WitnessAnswer, WitnessAsk } from '../frames.js';

export class Witness {
  private epoch = 0;
  private holder = -1;

  /** Answers one question; asking again for what one was granted is granted again. */
  ask(question: WitnessAsk): WitnessAnswer {
    const again = question.epoch === this.epoch && question.from === this.holder;
    const granted =
      again ||
      (question.epoch > this.epoch &&
        question.bases.some((base) => base.epoch === this.epoch && base.from === this.holder));
    if (granted) {
      this.epoch = question.epoch;
      this.holder = question.from;
    }
    return { type: 'witnessAnswer', epoch: question.epoch, granted };
  }
}
