/**
 * Clients that nobody here wrote say who they are: Samba's, which sign headers and protect their messages with integrity
 * codes, and impacket's, which do neither.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CLUSAPI_UUID } from '../../src/api/clusapi/idl/methods.js';
import { endpointMapper } from '../../src/api/clusapi/rpc/epmap.js';
import type { SecurityProvider } from '../../src/api/clusapi/rpc/security/guard.js';
import { accountSecurity } from '../../src/api/clusapi/rpc/security/provider.js';
import { RpcServer } from '../../src/api/clusapi/rpc/server.js';
import { fakeClusapi } from '../support/fake-clusapi.js';
import { syntaxOf } from '../support/rpc-client.js';
import { serving } from '../support/serving.js';
import { HOST, unmappable } from './address.js';
import { missing, PYTHON, skipped } from './debian.js';

const SPNEGO = 9;
const NTLM = 10;
const PATIENCE = 60_000;
const EXAMPLE = fileURLToPath(new URL('../../examples/failover.yaml', import.meta.url));

const open: RpcServer[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

interface Scene {
  readonly port: number;
  /** The kinds of authentication that clients began. */
  readonly begun: number[];
  /** What the server said of its clients. */
  readonly log: string[];
}

async function scene(host?: string): Promise<Scene> {
  const [begun, log]: [number[], string[]] = [[], []];
  const account = accountSecurity({ user: 'Operator', password: 'päss wörd' });
  const security: SecurityProvider = {
    anonymous: account.anonymous,
    acceptor: (type) => {
      begun.push(type);
      return account.acceptor(type);
    },
  };
  const server = await RpcServer.listen([fakeClusapi().interface], { host, security, log: (line) => log.push(line) });
  open.push(server);
  return { port: server.port, begun, log };
}

function output(program: string, ...args: string[]): Promise<string> {
  const environment = { ...process.env, LC_ALL: 'C.UTF-8' };
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PATIENCE, env: environment }, (_, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

describe.skipIf(skipped(await missing('smbtorture')))('smbtorture', () => {
  const tests = ['GetClusterName', 'GetClusterVersion2', 'OpenCluster', 'CloseCluster'].map(
    (name) => `rpc.clusapi.cluster.${name}`,
  );
  const run = (port: number, options: string, user: string): Promise<string> =>
    output('smbtorture', `ncacn_ip_tcp:127.0.0.1[${port}${options}]`, `-U${user}`, ...tests);

  it.each([
    ['', SPNEGO],
    [',sign', SPNEGO],
    [',seal', SPNEGO],
    [',spnego,seal', SPNEGO],
    [',ntlm,sign', NTLM],
    [',ntlm,seal', NTLM],
  ])(
    'calls with the options "%s"',
    async (options, kind) => {
      const { port, begun, log } = await scene();
      const said = await run(port, options, 'operator%päss wörd');
      expect(said.match(/^success: .*/gm) ?? said).toHaveLength(tests.length);
      expect([...new Set(begun)]).toEqual([kind]);
      expect(log).toEqual([]);
    },
    PATIENCE,
  );

  it.each([
    [',seal', 'operator%guess', 'NT_STATUS_LOGON_FAILURE', /the password is another$/],
    [',ntlm,sign', 'operator%guess', 'NT_STATUS_ACCESS_DENIED', /the password is another$/],
    [',seal', 'nobody%päss wörd', 'NT_STATUS_LOGON_FAILURE', /nobody of that name is known$/],
    [',connect', 'operator%päss wörd', 'NT_STATUS_INVALID_PARAMETER', /authentication at level 2$/],
  ])(
    'is refused with the options "%s" as %s',
    async (options, user, status, reason) => {
      const { port, log } = await scene();
      const said = await run(port, options, user);
      expect(said).toContain(status);
      expect(said).not.toMatch(/^success: /m);
      expect(log[0]).toMatch(reason);
    },
    PATIENCE,
  );

  it(
    'is let in by `armada serve` with the password of the environment alone',
    async () => {
      const args = [EXAMPLE, '--account', 'operator', '--time-scale', '0.1'];
      const { child, found } = await serving(/127\.0\.0\.1\[(\d+)\].*ServerA CLUSTER/s, args, {
        ARMADA_PASSWORD: 'päss wörd',
      });
      const [known, unknown] = await Promise.all(
        ['päss wörd', 'guess'].map((password) => run(Number(found[1]), ',seal', `operator%${password}`)),
      );
      child.kill('SIGKILL');
      expect(known).not.toContain('NT_STATUS_LOGON_FAILURE');
      expect(known).toContain('success: cluster.CloseCluster');
      expect(unknown).toContain('NT_STATUS_LOGON_FAILURE');
    },
    PATIENCE,
  );

  it(
    'is refused as nobody',
    async () => {
      const { port, begun } = await scene();
      const said = await run(port, '', '%');
      expect(said).toContain('NT_STATUS_ACCESS_DENIED');
      expect(said).not.toMatch(/^success: /m);
      expect(begun).toEqual([]);
    },
    PATIENCE,
  );
});

describe.skipIf(skipped((await missing('rpcclient')) ?? (await unmappable())))(
  'rpcclient, by the endpoint mapper',
  () => {
    it.each([
      ['sign', 'päss wörd', 'ClusterName: C', NTLM],
      ['seal', 'päss wörd', 'ClusterName: C', NTLM],
      ['spnego,seal', 'päss wörd', 'ClusterName: C', SPNEGO],
      ['seal', 'guess', 'WERR_ACCESS_DENIED', NTLM],
      ['spnego,seal', 'guess', 'NT_STATUS_RPC_SEC_PKG_ERROR', SPNEGO],
    ])(
      'with the options "%s" and the password %s',
      async (options, password, expected, kind) => {
        const { port, begun } = await scene(HOST);
        const registered = [{ interface: syntaxOf(CLUSAPI_UUID, 3), port, annotation: 'a cluster' }];
        open.push(await RpcServer.listen([endpointMapper(() => registered)], { host: HOST, port: 135 }));
        const target = `ncacn_ip_tcp:${HOST}[${options}]`;
        const said = await output('rpcclient', target, `-Uoperator%${password}`, '-c', 'clusapi_get_cluster_name');
        expect(said).toContain(expected);
        expect(begun).toEqual([kind]);
      },
      PATIENCE,
    );
  },
);

describe.skipIf(skipped(await missing('impacket')))('impacket', () => {
  const script = `
import sys
from impacket.dcerpc.v5 import transport
from impacket.uuid import uuidtup_to_bin
port, level, password = sys.argv[1:]
link = transport.DCERPCTransportFactory('ncacn_ip_tcp:127.0.0.1[%s]' % port)
link.set_credentials('operator', password, 'ANY')
dce = link.get_dce_rpc()
dce.set_auth_level(int(level))
dce.connect()
dce.bind(uuidtup_to_bin(('${CLUSAPI_UUID}', '3.0')))
for _ in range(3):
    dce.call(3, b'')
    print(dce.recv().decode('utf-16-le', 'replace'))
`;

  it.each([
    [5, 'päss wörd', 'NodeA', undefined],
    [6, 'päss wörd', 'NodeA', undefined],
    [6, 'guess', 'access_denied', 'authentication failed: the password is another'],
  ])(
    'at level %i with the password %s',
    async (level, password, expected, because) => {
      const { port, begun, log } = await scene();
      expect(await output(PYTHON, '-c', script, String(port), String(level), password)).toContain(expected);
      expect(begun).toEqual([NTLM]);
      expect(log[0]).toBe(because);
    },
    PATIENCE,
  );
});
