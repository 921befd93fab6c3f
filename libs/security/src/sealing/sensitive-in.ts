import { compileSchema } from '../schemas/compile-schema.js';

/**
 * Where a tool's input schema marks something as sensitive, for `sealPayload`: JSON Pointers with `*` for any item or member. Of a schema
 * that cannot be read nothing is known, so that all of it is.
 */
export const sensitiveIn = (inputSchema: unknown): readonly string[] => {
  const compiled = compileSchema(inputSchema);
  return compiled.ok ? compiled.sensitive : ['/*'];
};
