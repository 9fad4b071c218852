// kafkajs looks every millisecond, for as long as a connection lives, whether a request waits, although each answer makes
// it look anyway: 4 to 5 % of a core in every idle process. Only a broker that throttles us needs the timer.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** Leaves the timer out while nothing waits. */
export function installRequestQueue(): void {
  const { prototype } = RequestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhenWaiting() {
    if (this.pending.length > 0) schedule.call(this);
  };
}
