/** Runs npm the way it is running already, so that the tools need neither a shell nor npm on the path. */
import { spawnSync } from 'node:child_process';

/**
 * @param {string[]} args
 * @param {Omit<import('node:child_process').SpawnSyncOptionsWithStringEncoding, 'encoding'>} [options]
 */
export function npm(args, options = {}) {
  const self = process.env.npm_execpath;
  const all = { maxBuffer: 64 * 1024 * 1024, ...options, encoding: /** @type {const} */ ('utf8') };
  if (self?.endsWith('.js')) return spawnSync(process.execPath, [self, ...args], all);
  return spawnSync('npm', args, { ...all, shell: process.platform === 'win32' });
}
