/**
 * What a stack in a server's thread says in terms of the sources: the thread runs one file made of many.
 *
 * Node does this by itself where it is told to (`--enable-source-maps`), but then reads the map at the start of each
 * thread, which makes 16 of them a quarter slower to start. Here it is read when a thread has failed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The stack with each place in the code of `entry` as the place in the source that it comes from. */
export function sourceStack(stack: string, entry: URL): string {
  const map = new URL(`${entry.href}.map`);
  if (!stack.includes(fileURLToPath(entry)) || !existsSync(map)) return stack;
  const origins = new SourceMap(JSON.parse(readFileSync(map, 'utf8')) as SourceMapPayload);
  const [before, ...places] = stack.split(`${fileURLToPath(entry)}:`);
  return before + places.map((place) => sourcePlace(place, map, origins)).join('');
}

/** @param place begins with line and column, counted from 1 */
function sourcePlace(place: string, map: URL, origins: SourceMap): string {
  return place.replace(/^(\d+):(\d+)/, (_, line: string, column: string) => {
    const origin = origins.findOrigin(Number(line), Number(column));
    if (!('fileName' in origin)) return `${fileURLToPath(map).slice(0, -'.map'.length)}:${line}:${column}`;
    return `${fileURLToPath(new URL(origin.fileName, map))}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}
