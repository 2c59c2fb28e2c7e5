/**
 * Colours of the pictures and pages, light and dark. Written out as plain rules, without CSS variables, for the sake
 * of viewers that know little CSS; text on each fill has a contrast of at least 4.5 to 1.
 */
import type { Tone } from './looks.js';

export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly panel: string;
  readonly step: string;
  readonly alarm: string;
  readonly onStrong: string;
  readonly tones: Readonly<Record<Tone, { readonly fill: string; readonly stroke: string; readonly text: string }>>;
}

const LIGHT: Theme = {
  background: '#ffffff',
  text: '#1f2328',
  quiet: '#57606a',
  line: '#d0d7de',
  panel: '#f6f8fa',
  step: '#0550ae',
  alarm: '#cf222e',
  onStrong: '#ffffff',
  tones: {
    good: { fill: '#dafbe1', stroke: '#4ac26b', text: '#044f1e' },
    busy: { fill: '#fff3c4', stroke: '#d4a72c', text: '#633c01' },
    warn: { fill: '#ffe3cc', stroke: '#e16f24', text: '#762c00' },
    bad: { fill: '#ffdcd8', stroke: '#e5534b', text: '#82071e' },
    idle: { fill: '#f6f8fa', stroke: '#d0d7de', text: '#57606a' },
    aside: { fill: '#f0e6ff', stroke: '#a475f9', text: '#512a97' },
  },
};

const DARK: Theme = {
  background: '#0d1117',
  text: '#e6edf3',
  quiet: '#9198a1',
  line: '#30363d',
  panel: '#161b22',
  step: '#79c0ff',
  alarm: '#ff7b72',
  onStrong: '#0d1117',
  tones: {
    good: { fill: '#12351f', stroke: '#2ea043', text: '#aff5b4' },
    busy: { fill: '#3d2e00', stroke: '#bb8009', text: '#f8e3a1' },
    warn: { fill: '#4a2310', stroke: '#db6d28', text: '#ffdfb6' },
    bad: { fill: '#4b1113', stroke: '#f85149', text: '#ffc1ba' },
    idle: { fill: '#161b22', stroke: '#30363d', text: '#9198a1' },
    aside: { fill: '#2f1d54', stroke: '#8957e5', text: '#e2c5ff' },
  },
};

/** One hue a server, in definition order; a help for the eye, never the only sign. */
const SERVER_HUES: readonly string[] = [
  '#4477cc',
  '#e8873a',
  '#8a4fbf',
  '#2f9e8f',
  '#d6558b',
  '#8f9a1f',
  '#4db2e6',
  '#9c6b4a',
  '#6a5acd',
  '#d9a400',
  '#3d8b4f',
  '#c94c4c',
  '#5b7fa6',
  '#b07cc6',
  '#7f8c8d',
  '#1f6f8b',
];

export function hueOf(index: number): string {
  return SERVER_HUES[((index % SERVER_HUES.length) + SERVER_HUES.length) % SERVER_HUES.length];
}

/** The same rules for a light, a dark and a printed page. */
export function themed(rules: (theme: Theme) => string): string {
  return `${rules(LIGHT)}\n@media screen and (prefers-color-scheme: dark) {\n${rules(DARK)}\n}`;
}
