import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WatchedFile } from './watched-file.js';

describe('a watched file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-watched-'));
  const file = path.join(folder, 'policy.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read once while it stays the same, and anew when it is written or replaced', async () => {
    let reads = 0;
    writeFileSync(file, 'one');
    const watched = new WatchedFile(file, (at) => {
      reads += 1;
      return readFileSync(at, 'utf8');
    });
    await expect(Promise.all([watched.current(), watched.current()])).resolves.toEqual(['one', 'one']);
    await expect(watched.current()).resolves.toBe('one');
    expect(reads).toBe(1);
    writeFileSync(file, 'another');
    await expect(watched.current()).resolves.toBe('another');
    writeFileSync(`${file}.new`, 'replaced');
    renameSync(`${file}.new`, file);
    await expect(watched.current()).resolves.toBe('replaced');
    expect(reads).toBe(3);
  });

  it('keeps nothing of a file that cannot be read: every use fails until it can', async () => {
    const watched = new WatchedFile(path.join(folder, 'absent'), (at) => readFileSync(at, 'utf8'));
    await expect(watched.current()).rejects.toThrow('ENOENT');
    writeFileSync(watched.path, 'there');
    await expect(watched.current()).resolves.toBe('there');
    rmSync(watched.path);
    await expect(watched.current()).rejects.toThrow('ENOENT');
  });
});
