/**
 * Where the document contradicts itself about the client API, and what the tables of this room hold. What is printed is
 * kept wherever that can be; where two printed things exclude each other, the one is taken that the rest of the document
 * bears out.
 */
import type { Erratum } from '../facade/describe.js';

/** What concerns functions, of C and Visual Basic. */
const ofFunctions: readonly Erratum[] = [
  {
    section: '5.2.6',
    printed:
      'The list of differences has ArmClientIntializeApiEx, WatchFailoverEx, ArmClientGetServerFromVirtualIP, ' +
      'EnumViaturalIPProc and ArmClientGetMaterServer, and lacks ArmClientEnumGroup and EnumGroupProc.',
    against: 'Chapter 6 describes 33 functions and 8 callbacks.',
    taken: 'Chapter 6, with its spelling. ArmClientEnumGroup is new in Ver4.x, as section 6.1.5.5 says.',
  },
  {
    section: '5.2.6',
    printed: 'ArmClientGetClusterFromClusterServer and EnumGroupFromLogicalServiceProc are new in Ver4.x.',
    against: 'Sections 6.1.5.7 and 6.1.8.3 know them from before.',
    taken: 'They are there on Ver3.0, too.',
  },
  {
    section: '6.1.2.1, 6.1.2.2, 6.1.2.3, 6.1.2.5, 6.1.3.1',
    printed: 'GROUP_NOT_FOUND and SERVER_NOT_FOUND are both listed, the one another name of the other.',
    against: 'Section 7.3.1 prints one value for both: no application can tell them apart.',
    taken: 'Both, in this order, with one value.',
  },
  {
    section: '6.1.2.2, 6.1.7.1',
    printed: 'The buffers for names are LPCTSTR: they cannot be written to.',
    against: 'The parameters are marked as going out, and all other functions have LPTSTR there.',
    taken: 'LPTSTR.',
  },
  {
    section: '6.1.2.5, 7.1.3.13',
    printed: 'The text asks by the computer name of the server that the group is normally on.',
    against: 'The parameter is the name of the group.',
    taken: 'The parameter.',
  },
  {
    section:
      '6.1.3.1, 6.1.5.7, 6.1.5.8, 6.1.5.9, 6.1.6.1, 6.1.6.2, 6.1.6.4, 6.1.6.5, 6.1.7.1, 6.1.7.2, 6.1.7.3, 6.1.8.3, 7.1.3.11',
    printed: 'The prototypes lack commas between parameters.',
    against: 'Neither C nor Visual Basic allows it.',
    taken: 'One parameter for each line.',
  },
  {
    section: '6.1.3.1, 6.1.3.2, 6.1.3.3, 7.1.3.6, 7.1.3.7, 7.1.3.27',
    printed: 'The texts mention ArmClientStartWatchFailover and ArmClientCancelWatchFailover.',
    against: 'There are only the functions whose names end with Ex.',
    taken: 'Those are meant.',
  },
  {
    section: '6.1.5.2, 6.1.5.6, 6.1.5.11, 6.1.6.5, 6.1.7.3',
    printed: 'The value lParam is said to be the one given to ArmClientEnumServer.',
    against: 'Other functions call these callbacks, with an lParam of their own.',
    taken: 'The lParam of the function that takes the callback.',
  },
  {
    section: '6.1.5.7, 7.1.3.16',
    printed: "The buffer is said to receive the running server's computer name.",
    against: 'Its name is that of a cluster name, and the function is there to tell the cluster.',
    taken: 'The name of the cluster.',
  },
  {
    section: '6.1.5.7, 6.1.5.8, 6.1.5.9',
    printed: 'Texts are LPCSTR and LPSTR.',
    against: 'All other functions have LPCTSTR and LPTSTR.',
    taken: 'As printed: ANSI in every application.',
  },
  {
    section: '6.1.5.7, 6.1.5.8, 6.1.5.9, 6.1.6.3, 7.1.3.4, 7.1.3.15, 7.1.3.16',
    printed: 'The list of errors has no BUFFER_TOO_SMALL.',
    against: "The text of a parameter promises it together with the buffer's size.",
    taken: 'The error is documented; it stands behind those of the list.',
  },
  {
    section: '6.1.5.10, 7.1.3.11',
    printed: 'The list of errors has no GROUP_NOT_FOUND.',
    against: 'The function takes the name of a group, which may not exist.',
    taken: 'The list as printed: for a group that does not exist, INVALID_PARAMETER.',
  },
  {
    section: '6.1.6.1, 6.1.6.3, 6.1.7.1, 6.1.9.2, 7.1.3.17, 7.1.3.19',
    printed: 'The texts of parameters say ARMERROR_BUFFER_TOO_SMALL.',
    against: 'No other place has such a prefix; the lists have ARMCLAPI_ERR_BUFFER_TOO_SMALL.',
    taken: 'ARMCLAPI_ERR_BUFFER_TOO_SMALL.',
  },
  {
    section: '6.1.6.3',
    printed: 'The prototype has lpdcchClusterName, the list of parameters LpcchClusterName.',
    against: 'One parameter has one name.',
    taken: 'The prototype.',
  },
  {
    section: '6.1.6.4, 7.1.3.18',
    printed: 'The callback is said to receive the names of groups.',
    against: 'The callback has dwVirtualIP, and the function lists addresses.',
    taken: 'The address, with its cluster and group.',
  },
  {
    section: '6.1.7.1, 7.1.3.19',
    printed: 'The virtual computer name is to be given in network byte order.',
    against: 'It is a text.',
    taken: 'A text as all others.',
  },
  {
    section: '6.1.8.2',
    printed: 'The parameters begin with a capital I: IpszClusterName.',
    against: 'Everywhere else such names begin with a small l.',
    taken: 'The names as printed.',
  },
  {
    section: '6.1.8.3, 7.1.3.34',
    printed: 'The placeholder is called EnumGroupProcFromLogicalService in the text.',
    against: 'Heading and prototype say EnumGroupFromLogicalServiceProc.',
    taken: 'The prototype.',
  },
  {
    section: '6.1.9.1',
    printed: 'The list of errors has NOT_SUPPORTED twice.',
    against: 'It is one error; section 7.1.3.22 lists it once, at the first place.',
    taken: 'Once, at the first place.',
  },
];

const ofVisualBasic: readonly Erratum[] = [
  {
    section: '5.4.2',
    printed: 'The sample compares with ARMCLAPI_FAILOVER_START and ARMCLAPI_FAILOVER_END, and reads info for arminfo.',
    against: 'Section 7.3.3 has ARMCLAPI_EVENT_FAILOVER_START and ARMCLAPI_EVENT_FAILOVER_END.',
    taken: 'The constants of section 7.3.3.',
  },
  {
    section: '7.1.2, 7.1.3.10',
    printed: 'ArmClientEnumGroup is said to list the servers that a group may run on, the first choice first.',
    against: 'That is ArmClientEnumServerFromGroup; heading and callback of this one speak of groups.',
    taken: 'It lists groups.',
  },
  {
    section: '7.1.3.4',
    printed: 'The list of errors ends with CLUSTER_NOT_FOUND.',
    against: 'Section 6.1.2.2 goes on with GROUP_NOT_FOUND and five more for the same function.',
    taken:
      'The list as printed, and BUFFER_TOO_SMALL from the text of a parameter. For a group that does not exist or runs ' +
      'nowhere, and for parameters that make no sense, CLUSTER_NOT_FOUND.',
  },
  {
    section: '7.1.3.6',
    printed: 'The prototype calls the callback WATCHFAILOVERPROC, the list of parameters WatchFailoverProc.',
    against: 'The callback itself is headed WATCHFAILOVERPROC in section 7.1.3.27, and called WatchFailoverProc below.',
    taken: 'WATCHFAILOVERPROC. Visual Basic does not tell capitals apart.',
  },
  {
    section: '7.1.3.6, 7.1.3.13',
    printed: 'The texts refer to ArmClientGetServerStatusEx and ArmClientGetGroupStatus.',
    against: 'Visual Basic has neither.',
    taken: 'ArmClientGetGroupStatusEx tells the same.',
  },
  {
    section: '7.1.3.9',
    printed:
      'The text and the errors are those of the server API: of the local cluster, with NOT_CLUSTER_MEMBER and ' +
      'OFF_CLUSTER, which have no value in section 7.3.1, and without CLUSTER_NOT_FOUND.',
    against: 'The function takes the name of a cluster, as the one of section 6.1.5.3 does.',
    taken:
      'The prototype and the errors as printed; the two values are those of the server API. They are answered where the ' +
      'local cluster is asked for; for a cluster that is not known, INVALID_PARAMETER.',
  },
  {
    section: '7.1.3.12',
    printed: 'ArmClientGetVersionInfo lists NOT_INITIALIZED.',
    against: 'Section 7.1.1.2 excepts it from what needs ArmClientInitializeApiEx first.',
    taken: 'The function works before; the error is that of a broken machine.',
  },
  {
    section: '7.1.3.13',
    printed: 'The prototype has lpszGroupname, the list of parameters lpszGroupName.',
    against: 'One parameter has one name.',
    taken: 'The prototype. Visual Basic does not tell capitals apart.',
  },
  {
    section: '7.1.3.18',
    printed: 'The list of errors has no CANCELLED.',
    against: 'The text lets the callback stop the enumeration, as section 6.1.6.4 does, which lists it.',
    taken: 'The list as printed: where the callback says so the enumeration ends, and the call succeeds.',
  },
  {
    section: '7.1.3.18, 7.1.3.22, 7.4.1',
    printed: 'A call that failed answers ARFALSE or ARMPFALSE; the constant is ARMTFALSE.',
    against: 'Section 7.3.7 has ARMFALSE.',
    taken: 'ARMFALSE.',
  },
  {
    section: '7.1.3.23',
    printed: 'The text is that of section 7.1.3.25: the name of the local server, and NOT_CLUSTER_SERVER.',
    against: 'Heading and parameters speak of the master server, and the list has no such error.',
    taken: 'The name of the master server, and the list as printed.',
  },
  {
    section: '7.1.3.27',
    printed: 'The prototype has dwEventID and lpArmFailoverInfo, the list dwEventId and lpArmFailoverInfoEx.',
    against: 'One parameter has one name.',
    taken: 'The prototype.',
  },
  {
    section: '7.1.3.34',
    printed: 'The prototype has lpszServerName, the list of parameters lpszGroupName.',
    against: 'What is handed over is the name of a group, as in section 6.1.8.3.',
    taken: 'The name of the prototype, and in it the name of a group.',
  },
  {
    section: '7.1.3.28, 7.1.3.29, 7.1.3.30, 7.1.3.31, 7.1.3.32, 7.1.3.33, 7.1.3.34',
    printed: 'The callbacks take their texts ByVal As String.',
    against: 'Section 7.4.3 has them received as arrays of Byte: they are ANSI, and end with one NUL.',
    taken: 'Bytes of ANSI with their NUL.',
  },
];

const ofData: readonly Erratum[] = [
  {
    section: '5.3.1.1',
    printed: 'The library not to be linked with armcl2st.lib is called armcl2.lib.',
    against: 'The 32-bit kit has armcl232.lib; armcl2.lib is of 16 bits (6.4.1).',
    taken: 'The tables hold no names of import libraries.',
  },
  {
    section: '6.1.4.1, 7.3.5',
    printed: 'The state of a server with resources that failed is MISS in the one and FAILMISS in the other.',
    against: 'Section 7.1.3.14 describes FAILMISS by the same words as section 6.1.4.1 describes MISS.',
    taken: 'One value: C has both names, Visual Basic FAILMISS.',
  },
  {
    section: '6.1.4.1, 7.1.3.14, 7.3.5',
    printed: 'FAILBACK has a value, is named without a word in section 7.1.3.14, and is missing in section 6.1.4.1.',
    against: 'Both sections describe one function.',
    taken: 'Both APIs have the constant.',
  },
  {
    section: '6.2.1, 7.2',
    printed: 'ARMCLAPI_FAILOVER_INFO ends with Event and StatusEx in C, with StatusEx and Event in Visual Basic.',
    against: 'The members are described in one order, that of C.',
    taken: 'Each declaration as it is printed: they belong to two libraries.',
  },
  {
    section: '6.2.1, 7.2',
    printed: 'The first member is Padding in C and Status in Visual Basic; the latter is not described.',
    against: 'It has the same place and size, and Padding is not used.',
    taken: 'Both names; the member carries nothing.',
  },
  {
    section: '6.2.1, 7.2',
    printed: 'GroupName has the length GROUP_NAME_LEN in C and SERVER_NAME_LEN in Visual Basic.',
    against: 'Both hold the name of a group.',
    taken: 'Each as it is printed; the lengths are the same.',
  },
  {
    section: '5.2.7, 7.3.1',
    printed: 'The old names ARMERR_... have the values of ARMCLAPI_ERR_...: GROUP_NOT_FOUND is SERVER_NOT_FOUND.',
    against: 'The server API has names ARMERR_... too, and has to tell these two apart.',
    taken: 'Here ARMERR_GROUP_NOT_FOUND is as printed; in the server API it has a value of its own.',
  },
  {
    section: '7.3.1',
    printed: 'ALREADY_INITIALIZED has a value.',
    against: 'No function of the client API documents it: ArmClientInitializeApiEx may be called again (6.1.1).',
    taken: 'The constant is there; nothing answers it.',
  },
];

export const clientErrata: readonly Erratum[] = [...ofFunctions, ...ofVisualBasic, ...ofData];
