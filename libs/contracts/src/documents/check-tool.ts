import { isErrorCode } from '../errors/catalogue.js';
import type { FieldError } from '../errors/toolplane-error.js';
import { checkEndpoint, urlFault } from './check-endpoint.js';
import { CONTROL_CATEGORY, isControlTool } from './control-tools.js';
import { IMPLEMENTATION_KEYS, implementationOf } from './implementations.js';
import { checkName, foldName } from './names.js';
import { checkTemplate } from './template.js';
import type { ToolBody, ToolType } from './tool.js';

type Part = 'endpoint' | 'dummy' | 'implementation' | 'mcp';
const PARTS: readonly Part[] = ['endpoint', 'dummy', 'implementation', 'mcp'];
const PART_OF: Readonly<Record<ToolType, Part>> = { http: 'endpoint', dummy: 'dummy', builtin: 'implementation', custom: 'implementation', mcp: 'mcp' };

const checkParts = (tool: ToolBody): FieldError[] => {
  const own = PART_OF[tool.type];
  const surplus = PARTS.filter((part) => part !== own && tool[part] !== undefined);
  return [
    ...surplus.map((part) => ({ pointer: `/${part}`, detail: `does not belong to a tool of type ${tool.type}` })),
    ...(own !== 'dummy' && tool[own] === undefined ? [{ pointer: `/${own}`, detail: `is required by type ${tool.type}` }] : []),
  ];
};

/** Nothing in a definition can name code outside the fixed list. */
const checkImplementation = ({ implementation }: ToolBody): FieldError[] =>
  implementation === undefined || implementationOf(implementation)
    ? []
    : [{ pointer: '/implementation', detail: `is none of GET /api/implementations: ${IMPLEMENTATION_KEYS.join(', ')}` }];

const checkAuth = (tool: ToolBody): FieldError[] => {
  const auth = tool.auth ?? { type: 'none' };
  if (auth.type === 'none') return [];
  if (tool.type !== 'http' && tool.type !== 'mcp') return [{ pointer: '/auth', detail: `a tool of type ${tool.type} calls nobody: auth must be none` }];
  const fault = auth.type === 'oauth_stub' ? urlFault(auth.tokenUrl) : null;
  return fault ? [{ pointer: '/auth/tokenUrl', detail: fault }] : [];
};

/** A tenant's tool may take a control tool's name only to be one: agents call these without being asked whether they may. */
const checkControl = (tool: ToolBody): FieldError[] => {
  if (!isControlTool(tool.name)) return [];
  const at = (pointer: string, detail: string): FieldError => ({ pointer, detail: `${detail}: "${tool.name}" is a control tool` });
  return [
    ...(tool.category === CONTROL_CATEGORY ? [] : [at('/category', `must be ${CONTROL_CATEGORY}`)]),
    ...(tool.type === 'dummy' || tool.type === 'builtin' ? [] : [at('/type', 'must be without effect, dummy or builtin')]),
    ...(tool.type === 'builtin' && foldName(tool.implementation ?? tool.name) !== foldName(tool.name) ? [at('/implementation', 'must be the one of its name')] : []),
    ...(tool.isDangerous ? [at('/isDangerous', 'must be false')] : []),
    ...(tool.requiresApproval ? [at('/requiresApproval', 'must be false')] : []),
  ];
};

/**
 * What a definition must hold beyond its schema, as far as it can be known from the definition alone. Whether its JSON Schemas
 * compile, its secret exists and its provider runs here is the registry's to ask.
 */
export const checkTool = (tool: ToolBody): FieldError[] => {
  const failure = tool.dummy?.failure;
  return [
    ...checkName(tool.name),
    ...(tool.inputSchema.type === 'object' ? [] : [{ pointer: '/inputSchema/type', detail: 'must be "object": a payload is one' }]),
    ...checkControl(tool),
    ...checkParts(tool),
    ...checkImplementation(tool),
    ...checkAuth(tool),
    ...(tool.endpoint ? checkEndpoint(tool.endpoint, tool.inputSchema) : []),
    ...(tool.mcp && urlFault(tool.mcp.url) ? [{ pointer: '/mcp/url', detail: urlFault(tool.mcp.url) ?? '' }] : []),
    ...(tool.dummy ? checkTemplate(tool.dummy.response, '/dummy/response', { payload: tool.inputSchema }) : []),
    ...(failure && !isErrorCode(failure.code) ? [{ pointer: '/dummy/failure/code', detail: 'is not in the error catalogue' }] : []),
  ];
};
