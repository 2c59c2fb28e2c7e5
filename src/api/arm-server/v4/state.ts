/** What a process has of Ver4.x: the handles that ArmInitializeApi gave it. */
import type { Process } from '../../facade/process.js';

export class Service4 {
  private readonly handles = new Set<number>();
  private next = 1;

  constructor(readonly process: Process) {}

  get initialized(): boolean {
    return this.handles.size > 0;
  }

  open(): number {
    const handle = this.next++;
    this.handles.add(handle);
    return handle;
  }

  has(handle: number): boolean {
    return this.handles.has(handle);
  }

  close(handle: number): void {
    this.handles.delete(handle);
  }
}
