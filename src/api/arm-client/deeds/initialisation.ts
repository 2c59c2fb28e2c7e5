/** Initialisation and end, and the version of the API (6.1.1; 7.1.3.1, 7.1.3.2, 7.1.3.12). */
import type { Deed, Ref } from '../../facade/call.js';
import type { VbErrorName } from '../constants.js';
import type { Conventions } from '../conventions.js';
import type { ClientCall } from '../lookup.js';
import type { ClientState } from '../state.js';
import { apiVersion } from '../versions.js';

type Variable = Ref | null | undefined;

export function initialisation(
  state: ClientState,
  conventions: Conventions,
): Readonly<
  Record<'ArmClientInitializeApiEx' | 'ArmClientTerminateApiEx' | 'ArmClientGetVersionInfo', Deed<VbErrorName>>
> {
  return {
    ArmClientInitializeApiEx: {
      check(call: ClientCall) {
        const why = conventions.whyNoDll(call.process);
        if (why !== undefined) call.fail('ARMCLAPI_ERR_CANNOT_LOAD_DLL', why);
      },
      does: () => state.open(),
    },
    ArmClientTerminateApiEx: {
      check(call: ClientCall, handle: number) {
        mustBeOpen(call, state, handle);
      },
      does(_call: ClientCall, handle: number) {
        state.close(handle);
      },
    },
    ArmClientGetVersionInfo: {
      // In Visual Basic it needs no initialisation, though it lists the error (7.1.1.2).
      beforeInitialisation: conventions.versionBeforeInitialisation,
      // No error is documented for variables that are not there: they are not written to.
      nullable: ['dwMajor', 'dwMinor', 'dwBuild'],
      does({ process }: ClientCall, major: Variable, minor: Variable, build: Variable) {
        const version = apiVersion(process);
        if (major) major.value = version.major;
        if (minor) minor.value = version.minor;
        // Reserved, and not used.
        if (build) build.value = 0;
      },
    },
  };
}

/** The handle must be one that ArmClientInitializeApiEx gave and ArmClientTerminateApiEx has not taken back. */
export function mustBeOpen(call: ClientCall, state: ClientState, handle: number): void {
  if (!state.has(handle))
    call.fail('ARMCLAPI_ERR_INVALID_HANDLE', `${handle} is no handle of ArmClientInitializeApiEx`);
}
