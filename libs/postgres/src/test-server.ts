// For the specs of this library: databases with other settings, and poolers that ignore or refuse startup parameters.
import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createDatabase, type Database } from './database.ts';
import { silent } from './spec-kit.ts';

/** A database with these `alter database ... set` clauses; `end` drops it. */
export async function databaseWith(
  settings: readonly string[],
  options = '',
): Promise<{ url: string; open: (schema?: string) => Database; end: () => Promise<void> }> {
  const admin = createDatabase({ url: process.env['DATABASE_URL'] ?? '', schema: 'public', logger: silent });
  const name = `p${randomBytes(5).toString('hex')}`;
  await admin.query(`create database ${name} template template0 ${options}`);
  for (const setting of settings) await admin.query(`alter database ${name} set ${setting}`);
  const url = new URL(process.env['DATABASE_URL'] ?? '');
  url.pathname = `/${name}`;
  const opened: Database[] = [];
  return {
    url: url.href,
    open(schema = 'switchboard') {
      const db = createDatabase({ url: url.href, schema, logger: silent });
      opened.push(db);
      return db;
    },
    async end() {
      await Promise.all(opened.map((db) => db.close()));
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
}

/**
 * Does what PgBouncer does with `ignore_startup_parameters = options`: it connects and drops the parameter.
 * A startup message is its length (int32), the protocol version (int32) and pairs of texts that end with NUL.
 */
export async function poolerThatIgnoresOptions(): Promise<{ url: string; end: () => void }> {
  const url = new URL(process.env['DATABASE_URL'] ?? '');
  const target = { host: url.hostname, port: Number(url.port || 5432) };
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    near.once('data', (message) => {
      const [head, texts] = [message.subarray(4, 8), message.subarray(8).toString('latin1').split('\0')];
      const kept: string[] = [];
      for (let at = 0; at + 1 < texts.length && texts[at] !== ''; at += 2) {
        if (texts[at] !== 'options') kept.push(texts[at] ?? '', texts[at + 1] ?? '');
      }
      const body = Buffer.concat([head, Buffer.from([...kept, '', ''].join('\0'), 'latin1')]);
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length + 4);
      far.write(Buffer.concat([length, body]));
      near.pipe(far);
    });
    far.pipe(near);
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: url.href, end: () => void server.close() };
}

/** Does what PgBouncer does without that setting: it sends an ErrorResponse ('E', its length, fields that end with NUL, NUL). */
export async function poolerThatRefusesOptions(): Promise<{ url: string; end: () => void }> {
  const fields = ['SFATAL', 'C08P01', 'Munsupported startup parameter: options', '', ''].join('\0');
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  const refusal = Buffer.concat([Buffer.from('E'), length, Buffer.from(fields, 'latin1')]);
  const server = createServer((near) => {
    near.on('error', () => undefined);
    near.once('data', () => near.end(refusal));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `postgres://u:p@127.0.0.1:${port}/db`, end: () => void server.close() };
}
