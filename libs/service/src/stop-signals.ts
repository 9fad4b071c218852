// What stops a service: SIGTERM, SIGINT, or the end of the launcher that started it (then our stdin closes).

/** Calls `stop` once, for the first reason to stop. */
export function onStopSignal(stop: (reason: string) => void): void {
  let stopping = false;
  const once = (reason: string) => () => {
    if (stopping) return;
    stopping = true;
    stop(reason);
  };
  process.on('SIGTERM', once('SIGTERM'));
  process.on('SIGINT', once('SIGINT'));
  if (process.env['SWITCHBOARD_PARENT'] === '1') {
    process.stdin.on('end', once('the launcher ended'));
    process.stdin.on('error', once('the launcher ended'));
    process.stdin.resume();
  }
}
