export { assignmentFaults, sensitiveParameters } from './assignment-faults.js';
export { FORBIDDEN_KEYS, SCHEMA_CAPS, payloadFault, shapeFault, type ShapeCaps, type ShapeFault } from './caps.js';
export { compileSchema, type CompiledSchema, type RefusedSchema } from './compile-schema.js';
export { definitionFaults } from './definition-faults.js';
export { compileDenials, type CompiledDenials, type Denied, type RefusedDenials } from './denied-values.js';
export { payloadShape, type PayloadShape } from './payload-shape.js';
