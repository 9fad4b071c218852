// kafkajs checks every millisecond, on every open connection, whether a request waits, although each response triggers
// the same check: 4 to 5 % of a core in every idle process. The timer is needed only while a broker throttles us.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** Runs the timer only while requests wait. */
export function installRequestQueue(): void {
  const { prototype } = RequestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhenWaiting() {
    if (this.pending.length > 0) schedule.call(this);
  };
}
