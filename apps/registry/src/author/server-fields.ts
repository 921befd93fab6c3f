import { ToolplaneError } from '@toolplane/contracts/errors';
import { same } from '../versions/compare-schemas.js';

/**
 * A definition that was read, edited and sent back carries what the server wrote; anything else in its place is a mistake.
 * @throws ToolplaneError REQUEST_MALFORMED
 */
export const refuseForged = (fields: readonly string[], body: object, shown: object): void => {
  const [sent, stored] = [body as Readonly<Record<string, unknown>>, shown as Readonly<Record<string, unknown>>];
  const details = fields
    .filter((field) => sent[field] !== undefined && !same(sent[field], stored[field]))
    .map((field) => ({ pointer: `/${field}`, detail: 'is written by the server alone; leave it out or send it back as it was' }));
  if (details.length > 0) throw new ToolplaneError('REQUEST_MALFORMED', { details });
};
