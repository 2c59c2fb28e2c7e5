/** Writes elements of XML and HTML. What goes in as a value is escaped here and nowhere else. */
import { escapeXml } from './plain.js';

/** Markup that is safe to put into a document. Only this file makes it. */
export type Markup = string & { readonly __markup: true };

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text, escaped. */
export function text(value: string | number): Markup {
  return escapeXml(String(value)) as Markup;
}

/** Markup written by hand in this program (never from a user). */
export function trusted(value: string): Markup {
  return value as Markup;
}

/** Nothing at all. */
export const NOTHING = trusted('');

/** Several pieces one after the other. */
export function join(parts: readonly Markup[], between = ''): Markup {
  return parts.join(between) as Markup;
}

/** An element, closed in itself where it is empty, as XML wants it. */
export function tag(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const body = children.join('');
  const open = `<${name}${written(attributes)}`;
  return (body === '' ? `${open}/>` : `${open}>${body}</${name}>`) as Markup;
}

/** An element of HTML: one that is empty still has its end tag. */
export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  return `<${name}${written(attributes)}>${children.join('')}</${name}>` as Markup;
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? pixels(value) : escapeXml(String(value))}"`)
    .join('');
}

/** A coordinate, exact to a hundredth. */
export function pixels(value: number): string {
  return String(Math.round(value * 100) / 100);
}
