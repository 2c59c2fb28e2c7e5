/**
 * A worker that does nothing but answer comlink: ten words, as a status board has.
 */
import { workerData } from 'node:worker_threads';
import { expose } from 'comlink';

const words = new Array(10).fill(0);
expose({ status: () => words }, workerData);
