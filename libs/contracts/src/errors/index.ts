export { ERRORS, ERROR_FAMILIES, isErrorCode, type ErrorCode } from './catalogue.js';
export type { ErrorDefinition } from './define-errors.js';
export {
  DependencyDown, ToolplaneError, wireError, type ExecutionError, type FieldError, type ToolplaneErrorOptions,
} from './toolplane-error.js';
