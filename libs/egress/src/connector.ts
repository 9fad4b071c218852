// Makes the connections to one origin: behind the guard where there is one, and with failures sorted at their source.
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { addressRefusal, type Guard, guardedLookup } from './address-guard.ts';
import { NotConnected, notConnected } from './not-connected.ts';

/** Connections to `origin`; every failure is a `NotConnected`. `timeoutMs` bounds DNS, TCP and TLS together. */
export function connectorTo(origin: URL, timeoutMs: number, guard?: Guard): buildConnector.connector {
  const secure = origin.protocol === 'https:';
  const connect = buildConnector({
    timeout: timeoutMs,
    ...(guard === undefined ? {} : { lookup: guardedLookup(origin, guard) }),
  });
  return (target, callback) => {
    const { hostname } = target;
    // A host that is an address is never looked up.
    const reason =
      guard !== undefined && isIP(hostname) !== 0 ? addressRefusal(origin, [hostname], guard) : undefined;
    if (reason !== undefined) {
      process.nextTick(() => callback(new NotConnected('REFUSED_ADDRESS', reason), null));
      return;
    }
    connect(target, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(notConnected(error, secure), null);
    });
  };
}
