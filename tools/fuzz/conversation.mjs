/**
 * A good conversation with the cluster management interface over all its methods, made from its tables: one request for
 * each method and version, and the handles that they need.
 *
 * Handles are different in every conversation, so a request has holes where they belong. Methods that close or destroy
 * get handles of their own, so that the others go on having theirs.
 */
import { Buffer } from 'node:buffer';
import { CLUSAPI_UUID, CLUSAPI_VERSIONS, clusapiMethods } from '../../dist/api/clusapi/idl/methods.js';
import { encodeMessage, partsOf } from '../../dist/api/clusapi/rpc/method.js';
import { NULL_HANDLE } from '../../dist/api/clusapi/rpc/ndr/types.js';

/**
 * @typedef {import('../../dist/api/clusapi/rpc/ndr/types.js').Ndr} Ndr
 * @typedef {{ name: string, opnum: number, contextId: number, stub: Uint8Array, holes: Hole[] }} Good
 * @typedef {{ at: number, handle: string }} Hole
 * @typedef {{ handle: string, method: string, values: Record<string, unknown> }} Opening
 */

/** One presentation context for each version: its index is its id. */
export const SYNTAXES = CLUSAPI_VERSIONS.map((major) => ({ uuid: CLUSAPI_UUID, major, minor: 0 }));

/** The cluster that the conversation is about. */
export const CLUSTER = {
  name: 'C',
  servers: ['NodeA', 'NodeB', 'NodeC'],
  groups: [
    {
      name: 'Application',
      servers: ['NodeA', 'NodeB', 'NodeC'],
      resources: [{ name: 'app', type: /** @type {const} */ ('script') }],
    },
  ],
};

/** How each handle comes to be. @type {readonly Opening[]} */
const OPENINGS = [
  { handle: 'cluster', method: 'ApiOpenCluster', values: {} },
  { handle: 'node', method: 'ApiOpenNode', values: { lpszNodeName: 'NodeA' } },
  { handle: 'group', method: 'ApiOpenGroup', values: { lpszGroupName: 'Application' } },
  { handle: 'resource', method: 'ApiOpenResource', values: { lpszResourceName: 'app' } },
  { handle: 'key', method: 'ApiGetRootKey', values: { samDesired: 1 } },
  { handle: 'notify', method: 'ApiCreateNotify', values: {} },
  { handle: 'network', method: 'ApiOpenNetwork', values: { lpszNetworkName: 'Cluster Network 1' } },
  { handle: 'netInterface', method: 'ApiOpenNetInterface', values: { lpszNetInterfaceName: 'NodeA - Ethernet' } },
];

/** Everything twice: the second of each is there to be closed. */
export const HANDLES = [...OPENINGS, ...OPENINGS.map((each) => ({ ...each, handle: `${each.handle} to close` }))];

/** Parameters whose good value is not 1, or not just any text. */
const VALUES = /** @type {Readonly<Record<string, unknown>>} */ ({
  lpszNodeName: 'NodeA',
  lpszGroupName: 'Application',
  lpszResourceName: 'app',
  lpszResourceType: 'Generic Service',
  lpszResourceTypeName: 'Physical Disk',
  lpszTypeName: 'Physical Disk',
  lpszNetworkName: 'Cluster Network 1',
  lpszNetInterfaceName: 'NodeA - Ethernet',
  lpszGroupSetName: 'Cluster Group',
  lpSubKey: 'Groups',
  lpValueName: 'ClusterName',
  dwIndex: 0,
  dwControlCode: 0x59,
  nOutBufferSize: 4096,
  lpcbData: 4096,
  cbData: 4096,
  FilterFlags: 0xffn,
  dwFilter: 0xffff,
});

/** What a control code is for: its first byte. */
const OBJECTS = { resource: 1, group: 3, node: 4, network: 5, netInterface: 6, cluster: 7 };

/** A good request for each method at each version that has it. @returns {Good[]} */
export function goodRequests() {
  return CLUSAPI_VERSIONS.flatMap((version, contextId) =>
    Object.entries(clusapiMethods)
      .filter(([, { since }]) => since <= version)
      .map(([name, method]) => goodRequest(name, method, version, contextId)),
  );
}

/**
 * @param {string} name
 * @param {import('../../dist/api/clusapi/rpc/method.js').Method} method
 * @param {number} version
 * @param {number} contextId
 * @returns {Good}
 */
function goodRequest(name, method, version, contextId) {
  const parts = partsOf(method, version, 'request');
  const destroys = /^Api(Close|Delete|Evict)/.test(name);
  const handles = holders(parts, destroys);
  const values = Object.fromEntries(
    Object.entries(parts)
      .filter(([part]) => !counts(parts).has(part))
      .map(([part, type]) => [part, goodValue(part, type, handles)]),
  );
  if ('dwControlCode' in values) values['dwControlCode'] = controlCode(parts);
  const encoded = encodeMessage(method, version, 'request', values, 1 << 16);
  if (!encoded.ok) throw new Error(`${name}: ${encoded.error}`);
  return { name, opnum: method.opnum, contextId, stub: encoded.value, holes: holesIn(encoded.value, handles) };
}

/**
 * A UUID that marks the place of each handle, by its parameter.
 *
 * @param {Readonly<Record<string, Ndr>>} parts
 * @param {boolean} destroys
 * @returns {Map<string, { handle: string, mark: string }>}
 */
function holders(parts, destroys) {
  const found = new Map();
  for (const [part, type] of Object.entries(parts)) {
    if (type.kind !== 'handle') continue;
    const of = type.of === '*' ? 'group' : type.of;
    const mark = `aaaaaaaa-aaaa-4aaa-8aaa-${String(found.size + 1).padStart(12, 'a')}`;
    const first = found.size === 0;
    found.set(part, { handle: destroys && first ? `${of} to close` : of, mark });
  }
  return found;
}

/**
 * @param {Uint8Array} stub
 * @param {ReturnType<typeof holders>} handles
 * @returns {Hole[]}
 */
function holesIn(stub, handles) {
  return [...handles.values()].map(({ handle, mark }) => ({ at: Buffer.from(stub).indexOf(uuidBytes(mark)), handle }));
}

/**
 * @param {string} part
 * @param {Ndr} type
 * @param {ReturnType<typeof holders>} handles
 * @returns {unknown}
 */
function goodValue(part, type, handles) {
  switch (type.kind) {
    case 'handle':
      return handles.get(part)?.mark ?? NULL_HANDLE;
    case 'pointer':
      return goodValue(part, type.to, handles);
    case 'list':
      if (type.of.kind === 'u8') return Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0);
      return type.of.kind === 'u16' ? 'NodeA\0NodeB\0\0' : [goodValue(part, type.of, handles)];
    case 'struct':
      return Object.fromEntries(
        Object.entries(type.fields)
          .filter(([field]) => !counts(type.fields).has(field))
          .map(([field, inner]) => [field, goodValue(field, inner, handles)]),
      );
    case 'text':
    case 'label':
      return VALUES[part] ?? 'a name';
    case 'uuid':
      return NULL_HANDLE;
    case 'u64':
      return VALUES[part] ?? 1n;
    default:
      return VALUES[part] ?? 1;
  }
}

/**
 * What is counted from the lists beside it.
 *
 * @param {Readonly<Record<string, Ndr>>} fields
 * @returns {Set<string | undefined>}
 */
function counts(fields) {
  return new Set(
    Object.values(fields).flatMap((type) => {
      const inner = type.kind === 'pointer' ? type.to : type;
      return inner.kind === 'list' ? [inner.size, inner.length] : [];
    }),
  );
}

/** @param {Readonly<Record<string, Ndr>>} parts */
function controlCode(parts) {
  if ('lpszResourceTypeName' in parts) return 0x02000059;
  const [first] = Object.values(parts).flatMap((type) => (type.kind === 'handle' ? [type.of] : []));
  const object = OBJECTS[/** @type {keyof typeof OBJECTS} */ (first)] ?? 8;
  return ((object << 24) | 0x59) >>> 0;
}

/**
 * A UUID as it stands in a stub.
 *
 * @param {string} uuid
 */
export function uuidBytes(uuid) {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/**
 * The stub with the handles that a conversation has; one that it has not stands for nothing.
 *
 * @param {Good} good
 * @param {ReadonlyMap<string, Uint8Array>} handles 16 bytes each
 */
export function filled({ stub, holes }, handles) {
  const bytes = stub.slice();
  for (const { at, handle } of holes) bytes.set(handles.get(handle) ?? new Uint8Array(16), at);
  return bytes;
}
