/**
 * The networks' operator: turns "cut these sides", "let this link lose a fifth" into rules of the network model.
 */
import { NetworkModel } from '../network/model.js';
import { type LinkSettings, readLinkRules } from '../network/links.js';
import { type Refusal, type Result, err, ok } from '../model/result.js';
import type { LinkName, LinkRules } from './actions.js';
import type { Directory } from './world.js';

export class Switchboard {
  readonly model: NetworkModel;

  constructor(
    private readonly directory: Directory,
    seed: number,
    accounts?: SharedArrayBuffer,
  ) {
    this.model = new NetworkModel(directory.nodes.length, Math.max(1, directory.networks.length), seed, accounts);
  }

  /** No cut and no rule is in force anywhere. */
  get isWhole(): boolean {
    return this.directory.nodes.every((_, node) =>
      this.directory.networks.every((_name, network) => this.model.isPlain(node, network)),
    );
  }

  /** Cuts every network between the sides, both ways. */
  partition(sides: readonly (readonly string[])[]): Result<void, Refusal> {
    return this.between(sides, (from, to, network) => this.model.cut(from, to, network));
  }

  /** Takes back cuts and rules: all, between sides, or of one link. */
  heal(what: 'all' | readonly (readonly string[])[] | LinkName): Result<void, Refusal> {
    const mend = (from: number, to: number, network: number): void => {
      this.model.repair(from, to, network);
      this.model.resetLink(from, to, network);
    };
    if (what === 'all') {
      this.model.healAll();
      return ok(undefined);
    }
    return 'from' in what ? this.each(what, mend) : this.between(what, mend);
  }

  /** Changes some rules of a link. */
  link(name: LinkName, rules: LinkRules): Result<void, Refusal> {
    const settings = readLinkRules(rules);
    if (!settings.ok) {
      const [{ code, what, fix }] = settings.error;
      return err({ code, where: `${name.from} to ${name.to}`, what, fix });
    }
    const changes: Partial<LinkSettings> = settings.value;
    return this.each(name, (from, to, network) => this.model.setLink(from, to, network, changes));
  }

  private each(name: LinkName, visit: (from: number, to: number, network: number) => void): Result<void, Refusal> {
    const from = this.directory.node(name.from);
    const to = this.directory.node(name.to);
    const networks = this.directory.networksNamed(name.network);
    if (from === undefined) return err(unknown(name.from, 'machine'));
    if (to === undefined) return err(unknown(name.to, 'machine'));
    if (networks.length === 0) return err(unknown(name.network ?? '', 'network'));
    if (from === to)
      return err({ code: 'NO_LINK', where: name.from, what: 'no link leads to itself', fix: 'name two machines' });
    for (const network of networks) {
      visit(from, to, network);
      if (!name.oneWay) visit(to, from, network);
    }
    return ok(undefined);
  }

  private between(
    sides: readonly (readonly string[])[],
    visit: (from: number, to: number, network: number) => void,
  ): Result<void, Refusal> {
    const nodes: number[][] = [];
    for (const side of sides) {
      const numbers: number[] = [];
      for (const name of side) {
        const node = this.directory.node(name);
        if (node === undefined) return err(unknown(name, 'machine'));
        numbers.push(node);
      }
      nodes.push(numbers);
    }
    nodes.forEach((side, index) => {
      nodes.forEach((other, position) => {
        if (index !== position) this.cross(side, other, visit);
      });
    });
    return ok(undefined);
  }

  private cross(
    side: readonly number[],
    other: readonly number[],
    visit: (from: number, to: number, network: number) => void,
  ): void {
    for (const from of side)
      for (const to of other)
        if (from !== to) this.directory.networks.forEach((_, network) => visit(from, to, network));
  }
}

export function unknown(name: string, kind: string): Refusal {
  return { code: 'UNKNOWN_NAME', where: name, what: `there is no ${kind} of that name`, fix: `name a defined ${kind}` };
}
