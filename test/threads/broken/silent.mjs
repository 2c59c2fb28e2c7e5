// Lives and says nothing.
import { setInterval } from 'node:timers';

setInterval(() => undefined, 1000);
