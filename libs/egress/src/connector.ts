// Makes the connections to one origin, through the guard if there is one, and classifies failures.
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { addressRefusal, type Guard, guardedLookup } from './address-guard.ts';
import { NotConnected, toNotConnected } from './not-connected.ts';

/** Connects to `origin`; every failure is a `NotConnected`. `timeoutMs` is for DNS, TCP and TLS together. */
export function connectorTo(origin: URL, timeoutMs: number, guard?: Guard): buildConnector.connector {
  const secure = origin.protocol === 'https:';
  const connect = buildConnector({
    timeout: timeoutMs,
    ...(guard === undefined ? {} : { lookup: guardedLookup(origin, guard) }),
  });
  return (target, callback) => {
    const { hostname } = target;
    // An address is not looked up, so the guarded lookup does not check it.
    const reason =
      guard !== undefined && isIP(hostname) !== 0 ? addressRefusal(origin, [hostname], guard) : undefined;
    if (reason !== undefined) {
      process.nextTick(() => callback(new NotConnected('REFUSED_ADDRESS', reason), null));
      return;
    }
    connect(target, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(toNotConnected(error, secure), null);
    });
  };
}
