// For the specs of this library: TCP and TLS servers that end a response as the spec wants, a self-signed certificate, and
// the guard's decision about a URL without a call.
import { generateKeyPairSync, sign } from 'node:crypto';
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Guard, guardedLookup, literalRefusal } from './address-guard.ts';
import type { EgressCode } from './errors.ts';
import { toNotConnected } from './not-connected.ts';

/** What the guard decides about a URL, with its lookup but without a call. */
export async function guardDecision(
  url: string,
  guard: Guard,
): Promise<{ ok: true } | { ok: false; code: EgressCode; reason: string }> {
  if (!URL.canParse(url)) return { ok: false, code: 'CONNECTION', reason: 'the URL is invalid' };
  const refusal = literalRefusal(url, guard);
  if (refusal !== undefined) return { ok: false, code: 'REFUSED_ADDRESS', reason: refusal };
  const origin = new URL(url);
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return { ok: true };
  return new Promise((resolve) => {
    guardedLookup(origin, guard)(host, { all: true }, (error) => {
      if (error === null) return resolve({ ok: true });
      const { code, message } = toNotConnected(error, false);
      resolve({ ok: false, code, reason: message });
    });
  });
}

export interface TestServer {
  readonly port: number;
  /** How many connections were made, with a request or without. */
  readonly connections: () => number;
  /** The server name of each connection's TLS handshake. */
  readonly servernames: readonly string[];
  close(): Promise<void>;
}

/** A TCP server. `serve` gets each request's head as text, and may write, end or reset the connection. */
export function testServer(serve: (socket: Socket, head: string) => void): Promise<TestServer> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => serve(socket, data.toString('latin1')));
  });
  return listening(server, []);
}

/** A TLS server with a self-signed certificate. */
export function selfSignedServer(): Promise<TestServer> {
  const servernames: string[] = [];
  const server = createTlsServer({
    ...selfSigned(),
    SNICallback: (servername, done) => {
      servernames.push(servername);
      done(null);
    },
  });
  server.on('tlsClientError', () => undefined);
  return listening(server, servernames);
}

/** An HTTP response as text. */
export const answer = (...lines: string[]): string => lines.join('\r\n');

async function listening(server: Server, servernames: readonly string[]): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    servernames,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

// RFC 5280, only as much as a handshake needs: version 1 has no extensions.
function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('nobody')));
  const name = der(0x30, der(0x31, commonName));
  const time = (text: string): Buffer => der(0x17, Buffer.from(text));
  const toSign = der(
    0x30,
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    der(0x30, time('200101000000Z'), time('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toSign, privateKey));
  const body = der(0x30, toSign, ecdsaWithSha256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  };
}
