/**
 * How long, how many, how large: every limit of a cluster definition, with where it comes from.
 *
 * Lengths come from the sizes of the structures' character arrays, less one for the NUL that ends the text; what an
 * API could not carry, a definition must not hold. Limits marked *ours* only keep the emulator's own tables bounded.
 */
import { micros, type Micros } from './time.js';

/** Cluster, server and group names, and the witness of `partition: { ping }` (section 5.2.1). */
export const NAME_PATTERN = /^[A-Za-z0-9_-]{1,15}$/;

/** Failover groups in one cluster (*ours*). */
export const GROUPS_MAX = 256;
/** Resources in one group (*ours*). */
export const RESOURCES_PER_GROUP_MAX = 64;
/** MAX_RESOURCENAME_LEN, without the NUL. */
export const RESOURCE_NAME_LENGTH_MAX = 31;
/** MAX_LOGSERVICENAME_LEN, without the NUL. */
export const SERVICE_NAME_LENGTH_MAX = 31;
/** MAX_LOGSERVICE_NUM: logical service names that one cluster can register, over all its groups. */
export const SERVICES_MAX = 48;
/** MAX_VCOMNAME_LEN, without the NUL. */
export const VIRTUAL_COMPUTER_LENGTH_MAX = 15;
/** MAX_LETTER_LEN, without the NUL: what is left for the internal names of SHDISK and NPDISK (section 4.2.2.3). */
export const INTERNAL_DISK_LENGTH_MAX = 3;
/** MAX_PRNNAME_LEN, MAX_PRNPORT_LEN, MAX_PRNSHARE_LEN, without the NUL. */
export const PRINTER_TEXT_LENGTH_MAX = 255;
/** MAX_SPOOLPATH_LEN and MAX_PATH_LEN, without the NUL. */
export const PATH_LENGTH_MAX = 259;
/** MAX_LSWDEVICE_LEN, without the NUL. */
export const LINE_DEVICE_LENGTH_MAX = 31;
/** Unit and line numbers of a line switch (section 3.2.3.5). */
export const LINE_UNIT_MAX = 15;
export const LINE_NUMBER_MAX = 4;
/** MAX_INTERCONNECT and MAX_PUBLICLAN. */
export const NETWORKS_MAX = 16;
/** MAX_INTERCONNECT_LEN, without the NUL; public LANs are held to the same. */
export const NETWORK_NAME_LENGTH_MAX = 15;
/** Registry keys listed in one group (*ours*). */
export const REGISTRY_KEYS_MAX = 256;
/** One step of a registry key's path, as Win32 limits it. */
export const REGISTRY_SEGMENT_LENGTH_MAX = 255;
/** Groups that one destination may activate at once (*ours*: as many as there can be). */
export const PARALLEL_GROUPS_MAX = 256;
/** The largest number of faults after which a group still moves (*ours*). */
export const FAULT_LIMIT_MAX = 1000;
/** The longest duration of a definition: a day (*ours*). */
export const DURATION_US_MAX: Micros = micros(86_400_000_000);
/** The shortest interval, timeout and fence: a millisecond (*ours*). */
export const TIMER_US_MIN: Micros = micros(1_000);
/** The roots that a registry key may start with (section 4.1.4.1). */
export const REGISTRY_ROOTS = ['HKEY_CLASSES_ROOT', 'HKEY_CURRENT_USER', 'HKEY_LOCAL_MACHINE', 'HKEY_USERS'] as const;
