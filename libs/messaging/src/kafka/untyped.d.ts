declare module 'kafkajs-snappy' {
  /** Makes a codec as kafkajs takes it. */
  const codec: () => { decompress(bytes: Buffer): Promise<Buffer> };
  export = codec;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';
  /** What kafkajs connects with unless it is given another factory. */
  const socketFactory: () => ISocketFactory;
  export = socketFactory;
}

declare module 'lz4js' {
  /** Upper bound of the unpacked size of a frame. */
  export function decompressBound(bytes: Uint8Array): number;
  /** Unpacks a frame into a buffer; returns how much it filled. */
  export function decompressFrame(bytes: Uint8Array, into: Uint8Array): number;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  /** How kafkajs reads a fetch response. */
  const response: { decode(bytes: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
  export = response;
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }
  interface Made {
    readonly request: { readonly encode: () => Promise<Encoded> };
    readonly response: unknown;
  }
  /** How kafkajs writes a produce request. */
  const produce: { protocol(given: { readonly version: number }): (asked: object) => Made };
  export = produce;
}
