export { FORBIDDEN_KEYS, SCHEMA_CAPS, shapeFault, type ShapeCaps } from './caps.js';
export { compileSchema, type CompiledSchema, type RefusedSchema } from './compile-schema.js';
