/**
 * What is installed on a machine: the product, and what a server says of itself (3.2.1). The document prints no version
 * text and no directory: those here are ours.
 */
import type { Service } from '../../cluster/service.js';
import type { PRODUCT_VERSIONS } from '../../model/versions.js';
import type { Build, Process } from '../facade/process.js';
import { libraryOf, loading, type Loading, type ProductVersion, type Runtime } from './versions.js';

/** The product that runs on a machine: its cluster's; on a machine of no cluster the last there was. */
export function productOf({ registered }: Pick<Service, 'registered'>): ProductVersion {
  return (registered?.cluster.productVersion ?? '7.0') as (typeof PRODUCT_VERSIONS)[number];
}

/**
 * The runtime of a machine. Machines with product 7.0 are of 64 bits, on which applications of all kits run; the last
 * update is installed.
 */
function runtimeOf(service: Pick<Service, 'registered'>): Runtime {
  const product = productOf(service);
  return { product, bits: product === '7.0' ? 64 : 32, ver3: false };
}

/** What becomes of an application of Ver4.x on a machine. */
export function loading4({ kit }: Pick<Build, 'kit'>, service: Pick<Service, 'registered'>): Loading {
  return loading(kit, runtimeOf(service));
}

/**
 * A client machine has the client software alone: no server API is installed there. (Servers are not asked: there the
 * client software begins when an application wants it.)
 */
export function isClientMachine({ backend, machine, service }: Process): boolean {
  return service.registered === undefined && backend.client(machine)?.host === 'client';
}

/**
 * Why the system does not start such a process: it was linked with an import library, and the DLL is not there (2.4,
 * 6.4.2). Undefined where it does. What starts on a client machine is linked with the client API alone.
 */
export function whyNoStart(process: Process): string | undefined {
  const { build, service, machine } = process;
  if (isClientMachine(process))
    return build.bits === 64
      ? `An application of 64 bits cannot start on ${machine}: armcl264.dll is not part of the CLUSTERPRO client, but of ` +
          'servers of 64 bits as of product 7.0 (sections 5.3.1, 6.4.2).'
      : undefined;
  if (build.library === 'static' || loading4(build, service) !== 'no-dll') return undefined;
  const { dll, importLibrary } = libraryOf[build.kit];
  return (
    `An application of the kit ${build.kit} cannot start on ${machine}: it is linked with ${importLibrary}, and ` +
    `${dll} is not part of product ${productOf(service)} (sections 2.4, 2.5.1).`
  );
}

/** What ARM_SERVER_INFO tells of a server. */
export interface Installation {
  readonly osVersion: string;
  readonly armVersion: string;
  readonly homeDirectory: string;
}

/** All servers of a cluster are alike. */
export function installationOf(service: Pick<Service, 'registered'>): Installation {
  const product = productOf(service);
  return { osVersion: systemOf(product), armVersion: product, homeDirectory: 'C:\\CLUSTERPRO' };
}

function systemOf(product: ProductVersion): string {
  if (product === '7.0') return 'Windows Server 2003 5.2';
  return product === '5.0' || product === '6.0' ? 'Windows 2000 5.0' : 'Windows NT 4.0';
}
