/**
 * What the sections of the client API list in the same order, for C (chapter 6) and Visual Basic (7.1.3): the pieces that
 * the error lists of `functions.ts` and `functions-vb.ts` are made of.
 */

/** Nearly every list begins so. */
export const connection = [
  'ARMCLAPI_ERR_NOT_INITIALIZED',
  'ARMCLAPI_ERR_CANNOT_CONNECT',
  'ARMCLAPI_ERR_COMM_ERROR',
] as const;

/** And most end, or go on, so. */
export const refusal = ['ARMCLAPI_ERR_INVALID_PARAMETER', 'ARMCLAPI_ERR_NOT_SUPPORTED'] as const;

export const initialisation = [
  'ARMCLAPI_ERR_CANNOT_LOAD_DLL',
  'ARMCLAPI_ERR_CANNOT_CONNECT',
  'ARMCLAPI_ERR_COMM_ERROR',
  'ARMCLAPI_ERR_NOT_ENOUGH_MEMORY',
  ...refusal,
] as const;

export const termination = [...connection, 'ARMCLAPI_ERR_INVALID_HANDLE', 'ARMCLAPI_ERR_NOT_SUPPORTED'] as const;

export const version = ['ARMCLAPI_ERR_NOT_INITIALIZED', 'ARMCLAPI_ERR_NOT_SUPPORTED'] as const;

export const cancellation = [...connection, 'ARMCLAPI_ERR_INVALID_ID'] as const;

export const serverStatus = [
  ...connection,
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_SERVER_NOT_FOUND',
  ...refusal,
] as const;

export const clusters = [...connection, ...refusal, 'ARMCLAPI_ERR_CANCELLED'] as const;

export const ofCluster = [
  ...connection,
  ...refusal,
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_CANCELLED',
] as const;

export const ofGroup = [
  ...connection,
  ...refusal,
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_GROUP_NOT_FOUND',
  'ARMCLAPI_ERR_CANCELLED',
] as const;

export const ofLogicalService = [
  ...connection,
  ...refusal,
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_LOGICAL_SERVICE_NOT_FOUND',
  'ARMCLAPI_ERR_CANCELLED',
] as const;

/** BUFFER_TOO_SMALL stands in the text of a parameter, not in the list (`inParameterTexts`, `inParameterTextsVb`). */
export const clusterOfServer = [
  ...connection,
  'ARMCLAPI_ERR_SERVER_NOT_FOUND',
  ...refusal,
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
] as const;

/** As above. */
export const clusterOfGroup = [
  ...connection,
  'ARMCLAPI_ERR_GROUP_NOT_FOUND',
  ...refusal,
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
] as const;

export const groupOfVirtualIp = [
  ...connection,
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
  'ARMCLAPI_ERR_VIRTUALIP_NOT_FOUND',
  ...refusal,
] as const;

export const addressOfVirtualIp = [...connection, 'ARMCLAPI_ERR_VIRTUALIP_NOT_FOUND', ...refusal] as const;

export const groupOfVirtualComputer = [
  ...connection,
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
  'ARMCLAPI_ERR_VCOM_NOT_FOUND',
  ...refusal,
] as const;

export const heartbeat = [...connection, ...refusal, 'ARMCLAPI_ERR_CLUSTER_NOT_FOUND'] as const;

export const masterServer = [
  ...connection,
  'ARMCLAPI_ERR_INVALID_PARAMETER',
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
  'ARMCLAPI_ERR_CLUSTER_NOT_FOUND',
  'ARMCLAPI_ERR_NOT_SUPPORTED',
] as const;

export const hostType = [...connection, ...refusal] as const;

export const localNames = [
  ...connection,
  'ARMCLAPI_ERR_NOT_CLUSTER_SERVER',
  'ARMCLAPI_ERR_REGISTRY_ACCESS_FAILED',
  'ARMCLAPI_ERR_INVALID_PARAMETER',
  'ARMCLAPI_ERR_BUFFER_TOO_SMALL',
  'ARMCLAPI_ERR_NOT_SUPPORTED',
] as const;
