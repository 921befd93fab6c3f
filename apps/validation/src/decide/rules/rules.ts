import type { Rule } from '../rule.js';
import { agentAssignment } from './agent-assignment.js';
import { approval } from './approval.js';
import { defaults } from './defaults.js';
import { enablement } from './enablement.js';
import { inputSchema } from './input-schema.js';
import { killSwitch } from './kill-switch.js';
import { parametersAllowed } from './parameters-allowed.js';
import { parametersDenied } from './parameters-denied.js';
import { scope } from './scope.js';
import { tenantActive } from './tenant-active.js';
import { toolExists } from './tool-exists.js';
import { usageLimit } from './usage-limit.js';

/** Every rule, in the order that is promised: the first that fails gives a refusal its code. */
export const RULES: readonly Rule[] = Object.freeze([
  tenantActive, toolExists, scope, enablement, killSwitch,
  agentAssignment, parametersAllowed, defaults, parametersDenied,
  inputSchema, usageLimit, approval,
]);
