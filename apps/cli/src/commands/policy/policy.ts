import path from 'node:path';
import { checkPolicies } from './check-policies.js';
import { addressesOf, explain } from './explain-url.js';

const EXIT_DENIED = 1;
const EXIT_CONFIGURATION = 78;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `toolplane policy check`: 0, or 78 where a file has a fault or there is none at all. */
export function policyCheck(folder: string): number {
  const checked = checkPolicies(folder);
  for (const { file, faults } of checked) {
    if (faults === null) say(`${file}: not there`);
    else if (faults.length === 0) say(`${file}: good`);
    else for (const { pointer, detail } of faults) say(`${file}${pointer}: ${detail}`);
  }
  const bad = checked.some(({ faults }) => faults !== null && faults.length > 0);
  return bad || checked.every(({ faults }) => faults === null) ? EXIT_CONFIGURATION : 0;
}

export interface ExplainOptions {
  readonly dir: string;
  readonly tenant: string;
  readonly tool: string;
  readonly method: string;
  readonly resolve: boolean;
  readonly address: readonly string[];
}

/** `toolplane policy explain`: 0 where the call may be made, 1 where it is denied, 78 where the policy has a fault. */
export async function policyExplain(url: string, { dir, resolve, address, ...who }: ExplainOptions): Promise<number> {
  const addresses = resolve ? await addressesOf(url) : address;
  const said = explain(path.join(dir, 'egress.json'), { url, ...who, addresses });
  for (const { verdict, rule, reason } of said) say(`${verdict} ${rule}: ${reason}`);
  if (resolve && addresses.length === 0) say('the name has no address here');
  return said.some(({ verdict }) => verdict === 'deny') ? EXIT_DENIED : 0;
}
