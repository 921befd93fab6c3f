import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

it('what is generated from the contracts and the configuration is what is committed', async () => {
  // The command itself, so that the spec and `npm run generate` cannot disagree. It fails with the names of the files that are stale.
  const checked = promisify(execFile)('npm', ['run', '--silent', 'generate', '--', '--check'], { cwd: root });
  await expect(checked).resolves.toMatchObject({ stderr: expect.not.stringContaining('is stale') });
}, 60_000);
