import path from 'node:path';
import { execa } from 'execa';
import type { Options } from '../options.js';
import { machine } from '../report.js';

/** The decision function against bare Ajv, both in one process of validation's own code. */
export async function measureDecide(root: string, { rounds, seconds }: Options): Promise<unknown> {
  const script = path.join(root, 'apps/validation/dist/src/measure/measure-decide.js');
  const { stdout } = await execa(process.execPath, [script, '--rounds', String(2 * rounds + 1), '--ms', String(seconds * 100)]);
  return { machine: machine(), scenario: 'decide', ...(JSON.parse(stdout) as object) };
}
