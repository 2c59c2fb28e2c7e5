/** Initialisation and end (4.1.1), and the name of the cluster (4.1.2.1). */
import type { Call, Deed, Ref } from '../../facade/call.js';
import { putText } from '../../facade/memory.js';
import type { ErrorName3 } from '../constants.js';
import { isClientMachine, productOf } from '../installed.js';
import { libraryOf, loading } from '../versions.js';
import { definitionOf } from './definition.js';
import { whyNotVer3 } from './operation.js';
import type { Service3 } from './state.js';

type Call3 = Call<ErrorName3>;

export function initialisation(
  state: Service3,
): Readonly<Record<'ArmInitializeApi' | 'ArmTerminateApi' | 'ArmGetClusterName', Deed<ErrorName3>>> {
  return {
    ArmInitializeApi: {
      check(call: Call3) {
        mustLoad(call);
        if (state.initialized)
          call.fail('ARMERR_ALREADY_INITIALIZED', 'this process has called ArmInitializeApi before');
      },
      does(call: Call3) {
        state.reception.start();
        warnOnce(call, state);
      },
    },
    ArmTerminateApi: {
      does() {
        state.reception.stop();
        state.keys.closeAll();
      },
    },
    ArmGetClusterName: {
      does(call: Call3, buffer: Uint8Array, size: Ref) {
        const { name } = definitionOf(call);
        if (!putText(call.process, buffer, size, name))
          call.fail('ARMERR_BUFFER_TOO_SMALL', `the name of the cluster takes ${size.value} characters`);
      },
    },
  };
}

/** armapi.dll is linked with by applications of the kit 3.0, of 32 bits, and is part of all products (2.3, 2.5.1). */
function mustLoad(call: Call3): void {
  const { kit } = call.process.build;
  if (kit !== '3.0')
    call.fail('ARMERR_CANNOT_LOAD_DLL', `an application of the kit ${kit} is linked with ${libraryOf[kit].dll}`);
  if (isClientMachine(call.process))
    call.fail(
      'ARMERR_CANNOT_LOAD_DLL',
      `${call.process.machine} is a client: armapi.dll is part of the server software`,
    );
}

/** Chapter 4: outside of Ver3.0-compatible operation nothing is guaranteed. */
function warnOnce(call: Call3, state: Service3): void {
  const { registered, machine } = call.service;
  if (!registered || state.warned) return;
  const { cluster } = registered;
  const why = whyNotVer3(cluster);
  const product = productOf(call.service);
  if (loading('3.0', { product, bits: 32, ver3: why === undefined }) === 'works') return;
  state.warned = true;
  const text = `${machine}: an application calls the API of Ver3.0, and cluster ${cluster.name} is not run the Ver3.0 compatible way: ${why ?? ''}`;
  call.process.backend.note({ kind: 'warning', text });
}
