/** What a process has of Ver3.0: whether it is initialised, and its event thread. */
import type { Process } from '../../facade/process.js';
import { OpenKeys } from '../registry.js';
import { Reception } from './reception.js';

export class Service3 {
  readonly keys = new OpenKeys();
  readonly reception: Reception;
  /** The process has been warned that its cluster is not run the Ver3.0 compatible way. */
  warned = false;

  constructor(readonly process: Process) {
    this.reception = new Reception(process);
  }

  get initialized(): boolean {
    return this.reception.runs;
  }
}
