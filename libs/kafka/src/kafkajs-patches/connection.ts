// kafkajs keeps a connection after a request on it has timed out. When a firewall or NAT has silently dropped that
// connection, every further request goes the same way until the system gives the connection up: about 15 minutes on Linux.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import Connection from 'kafkajs/src/network/connection.js';
import { isRequestTimeout } from '../kafkajs-errors.ts';

/** A timeout of a request ends its connection, as in Kafka's own client (NetworkClient.handleTimedOutRequests). */
export function installConnection(): void {
  const { prototype } = Connection;
  const { send } = prototype;
  prototype.send = async function sendOrDrop(call) {
    const { socket } = this;
    try {
      return await send.call(this, call);
    } catch (error) {
      if (isRequestTimeout(error) && !socket.destroyed) await drop(this, socket, error);
      throw error;
    }
  };
}

async function drop(connection: Connection, socket: Socket, error: Error): Promise<void> {
  // A reset throws away what the system still holds back for the broker: it could overtake a request on the next socket.
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
  connection.rejectRequests(error);
  // Half an answer must not stand before the answers of the next socket.
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = SIZE_BYTES;
  await connection.disconnect();
}

/** Each answer begins with its size. */
const SIZE_BYTES = 4;
