import type { Format } from 'ajv';
import ajvFormats, { type FormatName } from 'ajv-formats';

/**
 * The formats that are checked; any other is an annotation, as the specification has it. All are linear in the text (the spec file
 * tries). `password` and `binary` check nothing; `url` is left out, its expression is quadratic.
 */
const NAMES = [
  'date', 'time', 'date-time', 'duration', 'uri', 'uri-reference', 'uri-template', 'email', 'hostname', 'ipv4', 'ipv6', 'regex', 'uuid',
  'json-pointer', 'json-pointer-uri-fragment', 'relative-json-pointer', 'byte', 'int32', 'int64', 'float', 'double',
] as const satisfies readonly FormatName[];

export const FORMATS: Readonly<Record<string, Format>> = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, ajvFormats.default.get(name, 'full')])),
);
