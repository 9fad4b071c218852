// A map with a maximum size, because a stand-in may run for days on a developer's machine.

/** A map that forgets its oldest entry when it is full. */
export class BoundedMap<Value> {
  private readonly entries = new Map<string, Value>();

  constructor(
    private readonly capacity: number,
    private readonly forgotten: (value: Value) => void = () => undefined,
  ) {}

  get(key: string): Value | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: Value): void {
    this.entries.set(key, value);
    if (this.entries.size <= this.capacity) return;
    for (const [oldest, gone] of this.entries) {
      this.entries.delete(oldest);
      this.forgotten(gone);
      break;
    }
  }

  values(): IterableIterator<Value> {
    return this.entries.values();
  }
}
