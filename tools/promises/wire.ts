// Messages of the Postgres protocol 3.0 in a proxy: cuts them out of the byte stream and tells what they are. Source:
// the PostgreSQL documentation, "Frontend/Backend Protocol", message formats.

/** A message with its head. `type` is its letter; empty for the startup message, which has none. */
export interface Message {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts one direction of a connection into messages. */
export class MessageReader {
  private rest: Buffer = Buffer.alloc(0);

  /** `untyped`: the first message has no letter, as that of a client has none. */
  constructor(private untyped: boolean) {}

  /** The messages that are whole by now. */
  read(chunk: Buffer): Message[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const head = this.untyped ? 0 : 1;
      if (this.rest.length < head + 4) return messages;
      const length = head + this.rest.readInt32BE(head);
      if (this.rest.length < length) return messages;
      messages.push({
        type: this.untyped ? '' : String.fromCharCode(this.rest[0] ?? 0),
        bytes: this.rest.subarray(0, length),
      });
      this.untyped = false;
      this.rest = this.rest.subarray(length);
    }
  }
}

/** Remembers the texts of a connection's prepared statements, and so knows what is run. */
export class StatementTexts {
  private readonly byName = new Map<string, string>();

  /** The text of the statement that a message parses, runs or binds; undefined for others. */
  of({ type, bytes }: Message): string | undefined {
    if (type === 'Q') return textAt(bytes, 5);
    if (type === 'P') {
      const name = textAt(bytes, 5);
      const text = textAt(bytes, 5 + Buffer.byteLength(name) + 1);
      this.byName.set(name, text);
      return text;
    }
    if (type !== 'B') return undefined;
    const portal = textAt(bytes, 5);
    return this.byName.get(textAt(bytes, 5 + Buffer.byteLength(portal) + 1));
  }
}

/** A simple query. */
export function simpleQuery(text: string): Buffer {
  const query = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeInt32BE(query.length + 4, 1);
  return Buffer.concat([head, query]);
}

function textAt(bytes: Buffer, start: number): string {
  return bytes.toString('utf8', start, bytes.indexOf(0, start));
}
