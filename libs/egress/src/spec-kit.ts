// For the specs of this library: servers below HTTP that end an answer as the spec says, and a certificate of nobody.
import { generateKeyPairSync, sign } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface Wire {
  readonly port: number;
  /** How many connections were made, with a request or without. */
  readonly connections: () => number;
  /** Of each connection: the name the client asked for in its TLS greeting. */
  readonly servernames: readonly string[];
  close(): Promise<void>;
}

/** A server that is handed each request's head as text; it may write, end or reset the connection. */
export function wire(serve: (socket: Socket, head: string) => void): Promise<Wire> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => serve(socket, data.toString('latin1')));
  });
  return listening(server, []);
}

/** A TLS server with a certificate that nobody vouches for. */
export function selfSignedWire(): Promise<Wire> {
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

/** An answer of HTTP as it goes over the wire. */
export const answer = (...lines: string[]): string => lines.join('\r\n');

async function listening(server: Server, servernames: readonly string[]): Promise<Wire> {
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

// RFC 5280, no more of it than a handshake needs: version 1 has no extensions.
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
