import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Dispatcher } from 'undici';

const inflate = promisify(gunzip);

const unreadable = (message: string): ToolplaneError => new ToolplaneError('PROVIDER_OUTPUT_INVALID', { message });
const tooLarge = (most: number): ToolplaneError => unreadable(`The answer is larger than ${most} bytes`);

const first = (header: string | readonly string[] | undefined): string | undefined => (typeof header === 'string' ? header : header?.[0]);

/** Reads a body whole. Bytes are counted as they come and as they are unpacked; one coding at most, and only the one we asked for. */
export async function readBody({ headers, body }: Dispatcher.ResponseData, most: number): Promise<Buffer> {
  try {
    const coding = first(headers['content-encoding'])?.trim().toLowerCase() ?? 'identity';
    if (coding !== 'identity' && coding !== 'gzip') throw unreadable('The answer is packed in a way that was not asked for');
    if (Number(first(headers['content-length']) ?? 0) > most) throw tooLarge(most);
    const raw = await collect(body, most);
    return coding === 'gzip' && raw.length > 0 ? await unpack(raw, most) : raw;
  } catch (error) {
    // Closes the connection: what else is under way is not read.
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

async function collect(body: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}

async function unpack(raw: Buffer, most: number): Promise<Buffer> {
  try {
    return await inflate(raw, { maxOutputLength: most });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(most)
      : unreadable('The answer is not packed as it says');
  }
}
