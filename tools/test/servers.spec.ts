import { createConnection } from 'node:net';

test.each(['KAFKA_BROKERS', 'DATABASE_URL'])('%s names a server that answers', async (name) => {
  const value = process.env[name] ?? '';
  const { hostname, port } = new URL(value.includes('://') ? value : `kafka://${value}`);
  const socket = createConnection(Number(port), hostname);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.destroy();
});
