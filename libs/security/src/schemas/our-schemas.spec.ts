import * as documents from '@toolplane/contracts/documents';
import * as http from '@toolplane/contracts/http';
import { compileSchema } from './compile-schema.js';

const schemasOf = (module: object): [string, unknown][] =>
  Object.entries(module).filter(([, value]) => typeof value === 'object' && value !== null && ('type' in value || 'anyOf' in value));

describe('the schemas of our own documents and bodies', () => {
  // The HTTP edge checks bodies by the same path as payloads.
  it.each([...schemasOf(documents), ...schemasOf(http)])('%s pass every cap', (_name, schema) => {
    expect(compileSchema(schema)).toMatchObject({ ok: true });
  });
});
