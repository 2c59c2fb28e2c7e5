/**
 * How an action stands in the trace.
 */
import type { StepLine } from '../model/trace.js';
import type { LinkName, WorldAction } from './actions.js';

/** The step line of an action, without what came of it. */
export function describeStep(action: WorldAction): StepLine {
  const step = action.type;
  const line = (target: string, more: Partial<StepLine> = {}): StepLine => ({ kind: 'step', step, target, ...more });
  switch (action.type) {
    case 'start':
    case 'shutdown':
      return line(action.target);
    case 'crash':
    case 'hang':
    case 'resume':
    case 'restart':
    case 'return':
    case 'maintenance':
      return line(action.server);
    case 'startGroup':
      return line(action.group, action.on === undefined ? {} : { on: action.on });
    case 'stopGroup':
    case 'failGroup':
      return line(action.group);
    case 'moveGroup':
      return line(action.group, { to: action.to });
    case 'failResource':
    case 'repairResource':
    case 'hangResource':
      return line(action.resource, action.on === undefined ? {} : { on: action.on });
    case 'switchLine':
      return line(action.resource, { to: action.to });
    case 'partition':
      return line(sidesText(action.sides));
    case 'heal':
      return line(healText(action.what));
    case 'link':
      return line(action.from, { to: linkText(action) });
    case 'startClient':
    case 'stopClient':
      return line(action.client);
    case 'watch':
      return line(action.group, { on: action.client });
    case 'registry':
      return line(action.change.key, { on: action.on });
    default:
      return action satisfies never;
  }
}

function sidesText(sides: readonly (readonly string[])[]): string {
  return sides.map((side) => side.join(',')).join(' | ');
}

function healText(what: (WorldAction & { type: 'heal' })['what']): string {
  if (what === 'all') return 'all';
  return 'from' in what ? `${what.from} - ${linkText(what)}` : sidesText(what);
}

function linkText(link: LinkName): string {
  return link.network === undefined ? link.to : `${link.to} on ${link.network}`;
}
