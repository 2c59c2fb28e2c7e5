/**
 * The client machines that a program writes beside a cluster: checked as a scenario file's are, all mistakes at once, so
 * that none of them shares a name or an address with something else. Times are looked at where the client goes by them
 * (client-check.ts).
 */
import type { ClientDefinition } from '../client/definition.js';
import { Addresses, freeAddress } from '../model/addresses.js';
import { Checker, shown, type Path } from '../model/check.js';
import type { ClusterDefinition } from '../model/definition.js';
import { err, ok, type Problem, type Result } from '../model/result.js';
import { PRODUCT_VERSIONS } from '../model/versions.js';

const CLIENT_KEYS = ['name', 'ip', 'start', 'intervalUs', 'timeoutUs', 'lanSwitchUs', 'popups', 'productVersion'];

/** So many entries of a list are looked at; no network has room for more machines. */
const CLIENTS_READ_MAX = 4096;

/**
 * Checks the clients of a cluster and gives an address to those without one: the first of 10.0.1.1, 10.0.1.2 and so on
 * that nobody has. Never throws, whatever it is given at run time.
 *
 * @param at where the clients stand in what the user wrote
 */
export function defineClients(
  input: unknown,
  cluster: ClusterDefinition,
  at: Path,
): Result<ClientDefinition[], Problem[]> {
  const check = new Checker();
  const names = namesOf(cluster);
  const taken = addressesOf(cluster);
  const addresses = new Addresses(check);
  for (const [address, owner] of taken) addresses.reserve(address, owner);
  const read = check.items(input, at, 'The list of clients', CLIENTS_READ_MAX).map((item, index) => {
    return readClient(check, names, addresses, item, [...at, index]);
  });
  if (check.problems.length > 0) return err(check.problems);
  const used = new Set([...taken.keys(), ...read.flatMap(({ ip }) => ip ?? [])]);
  return ok(read.map(({ ip, ...rest }) => ({ ...rest, ip: ip ?? freeAddress(1, used), clusters: [cluster.name] })));
}

/** Whose name each is that a client cannot have, in small letters: capitals make no difference. */
function namesOf({ name, servers, partition }: ClusterDefinition): Map<string, string> {
  return new Map([
    ['cluster', 'the word for a whole cluster'],
    [name.toLowerCase(), 'the name of the cluster'],
    ...servers.map((server): [string, string] => [server.name.toLowerCase(), 'the name of a server']),
    ...(partition.kind === 'ping' ? [[partition.witness.toLowerCase(), 'the name of the witness'] as const] : []),
  ]);
}

/** Whose each address is that a client cannot have. */
function addressesOf({ servers, groups }: ClusterDefinition): Map<string, string> {
  const resources = groups.flatMap((group) => group.resources);
  return new Map([
    ...servers.map(({ name, ip }): [string, string] => [ip, `server ${shown(name)}`]),
    ...resources.flatMap(({ name, parameters }): [string, string][] => {
      return typeof parameters.address === 'string' ? [[parameters.address, `resource ${shown(name)}`]] : [];
    }),
  ]);
}

/** A client while the list is read: the address may still be missing. */
type ClientDraft = Omit<ClientDefinition, 'ip' | 'clusters'> & { readonly ip: string | undefined };

function readClient(
  check: Checker,
  names: Map<string, string>,
  addresses: Addresses,
  value: unknown,
  at: Path,
): ClientDraft {
  const short = typeof value === 'string';
  const fields = short ? new Map([['name', value]]) : check.fields(value, at, 'A client', CLIENT_KEYS);
  if (fields === undefined) return { name: '', ip: undefined };
  const name = readName(check, names, fields.get('name'), short ? at : [...at, 'name']);
  const ip = fields.get('ip');
  const claimed = ip === undefined ? undefined : addresses.claim(ip, [...at, 'ip'], `client ${shown(name)}`);
  check.oneOf(fields, 'start', at, ['auto', 'manual'], 'auto');
  check.oneOf(fields, 'popups', at, ['japanese', 'english'], 'japanese');
  check.oneOf(fields, 'productVersion', at, PRODUCT_VERSIONS, '7.0');
  // What is not written stays so: the client's own defaults apply.
  return { ...(Object.fromEntries(fields) as Partial<ClientDraft>), name, ip: claimed };
}

function readName(check: Checker, names: Map<string, string>, value: unknown, where: Path): string {
  const name = check.name(value, where, 'The name of a client') ?? '';
  const owner = names.get(name.toLowerCase());
  const fix = 'Give each cluster, server, witness and client its own name (capitals make no difference).';
  if (owner !== undefined) check.report('DUPLICATE_NAME', where, `${shown(name)} is ${owner}.`, fix);
  else if (name !== '') names.set(name.toLowerCase(), 'the name of another client');
  return name;
}
