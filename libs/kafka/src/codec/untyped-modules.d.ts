// Types of the decompression libraries that ship none, as far as they are used.

declare module 'lz4js' {
  const lz4: {
    decompressBound(frame: Uint8Array): number;
    /** Returns the number of bytes written. */
    decompressFrame(frame: Uint8Array, target: Uint8Array): number;
  };
  export default lz4;
}

declare module 'snappyjs' {
  const snappy: { uncompress(block: Buffer, maxBytes: number): Buffer };
  export default snappy;
}
