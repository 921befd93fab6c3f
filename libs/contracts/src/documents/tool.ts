import { Type, type Static } from 'typebox';
import { Auth } from './auth.js';
import { DummySpec } from './dummy-spec.js';
import { Endpoint } from './endpoint.js';
import { CATEGORY_PATTERN, NAME_PATTERN } from './names.js';

export const TOOL_TYPES = ['http', 'dummy', 'builtin', 'custom', 'mcp'] as const;
export type ToolType = (typeof TOOL_TYPES)[number];
export const TOOL_SCOPES = ['global', 'tenant'] as const;
export type ToolScope = (typeof TOOL_SCOPES)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export const SemanticVersion = Type.String({ pattern: '^(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})$', description: 'major.minor.patch' });
export const Schema = Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema 2020-12; $ref only to #/….' });

export const McpSpec = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2048, description: 'MCP server.' }),
    tool: Type.String({ minLength: 1, maxLength: 255, description: 'Name of the tool there.' }),
    schemaHash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the schema it had when it was imported.' })),
  },
  { additionalProperties: false, description: 'A tool of an MCP server.' },
);
export type McpSpec = Static<typeof McpSpec>;

export const ApprovalTerms = Type.Object(
  {
    required: Type.Integer({ minimum: 1, maximum: 10, description: 'How many people must approve.' }),
    expiresAfterMs: Type.Integer({ minimum: 1000, maximum: 30 * DAY_MS, description: 'Unanswered for this long, it is expired.' }),
  },
  { additionalProperties: false, description: 'Terms of an approval.' },
);
export const RetryTerms = Type.Object(
  {
    maxAttempts: Type.Integer({ minimum: 1, maximum: 10, description: 'Attempts altogether, the first included.' }),
    backoffMs: Type.Integer({ minimum: 0, maximum: HOUR_MS, description: 'Wait before the second attempt, doubled with each, with full jitter.' }),
  },
  { additionalProperties: false, description: 'Retries; without idempotent only of failures with effect none.' },
);
export const Example = Type.Object({ input: Type.Unknown(), output: Type.Optional(Type.Unknown()) }, { additionalProperties: false });
export const Deprecation = Type.Object(
  { since: Type.String({ minLength: 1, maxLength: 64 }), use: Type.Union([Type.String({ minLength: 1, maxLength: 255 }), Type.Null()]) },
  { additionalProperties: false, description: 'Since which version, and what to use instead.' },
);

const required = {
  name: Type.String({ pattern: NAME_PATTERN, description: 'Unique in its scope without regard to - and _.' }),
  description: Type.String({ minLength: 1, maxLength: 8192, description: 'For people and models: what it does and when to use it.' }),
  category: Type.String({ pattern: CATEGORY_PATTERN, description: 'file, search, code, web, …' }),
  type: Type.Enum(['http', 'dummy', 'builtin', 'custom', 'mcp'], { description: 'Which kind of provider runs it.' }),
  inputSchema: Schema,
};

/** With each field that is always there in a stored tool; optional in a body, where the defaults of `completeTool` fill it. */
const defaulted = {
  scope: Type.Enum(['global', 'tenant'], { description: 'Whose it is; global is for platform administrators. Default tenant.' }),
  outputSchema: Type.Union([Schema, Type.Null()], { description: 'JSON Schema of the output; null: not checked.' }),
  auth: Auth,
  enabled: Type.Boolean({ description: 'Default true.' }),
  isDangerous: Type.Boolean({ description: 'Implies an approval for each call. Default false.' }),
  requiresApproval: Type.Boolean({ description: 'Default false.' }),
  approval: ApprovalTerms,
  idempotent: Type.Boolean({ description: 'The same call may be made twice without harm. Default false.' }),
  timeoutMs: Type.Integer({ minimum: 1, maximum: HOUR_MS, description: 'Longest a call may last. Default 30000.' }),
  retry: RetryTerms,
  tags: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 50, uniqueItems: true }),
  exampleUsage: Type.Union([Type.String({ maxLength: 8192 }), Type.Null()]),
  examples: Type.Array(Example, { maxItems: 20 }),
  deprecated: Type.Union([Deprecation, Type.Null()]),
};

/** Which one stands in a tool is decided by its type; `checkTool` says so. */
const byType = {
  endpoint: Type.Optional(Endpoint),
  dummy: Type.Optional(DummySpec),
  implementation: Type.Optional(Type.String({ pattern: NAME_PATTERN, description: 'A key of GET /api/implementations.' })),
  mcp: Type.Optional(McpSpec),
};

/** Body of `POST /api/tools`: the definition as its author writes it. */
export const ToolBody = Type.Object(
  {
    ...required,
    ...byType,
    scope: Type.Optional(defaulted.scope),
    outputSchema: Type.Optional(defaulted.outputSchema),
    auth: Type.Optional(defaulted.auth),
    enabled: Type.Optional(defaulted.enabled),
    isDangerous: Type.Optional(defaulted.isDangerous),
    requiresApproval: Type.Optional(defaulted.requiresApproval),
    approval: Type.Optional(defaulted.approval),
    idempotent: Type.Optional(defaulted.idempotent),
    timeoutMs: Type.Optional(defaulted.timeoutMs),
    retry: Type.Optional(defaulted.retry),
    version: Type.Optional(SemanticVersion),
    tags: Type.Optional(defaulted.tags),
    exampleUsage: Type.Optional(defaulted.exampleUsage),
    examples: Type.Optional(defaulted.examples),
    deprecated: Type.Optional(defaulted.deprecated),
  },
  { additionalProperties: false, description: 'A tool as its author defines it.' },
);
export type ToolBody = Static<typeof ToolBody>;

const Maker = Type.Object({ type: Type.String(), id: Type.String() }, { description: 'A principal.' });
/** What only the server writes. A `PUT` may send them back unchanged. */
const serverFields = {
  id: Type.String({ format: 'uuid' }),
  tenantId: Type.Union([Type.String(), Type.Null()], { description: 'Null for a global tool.' }),
  origin: Type.Enum(['api', 'config'], { description: 'Tools from configuration files are read-only over the API.' }),
  shadowsGlobal: Type.Boolean({ description: 'A tenant’s tool that hides a global one of the same name.' }),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Type.Union([Maker, Type.Null()]),
  updatedAt: Type.String({ format: 'date-time' }),
};

export const TOOL_SERVER_FIELDS = Object.freeze(Object.keys(serverFields) as (keyof typeof serverFields)[]);

/** Body of `PUT /api/tools/{tool}`: the whole definition; server-side fields are ignored where they equal the stored ones. */
export const ToolReplacement = Type.Object(
  {
    ...ToolBody.properties,
    id: Type.Optional(serverFields.id),
    tenantId: Type.Optional(serverFields.tenantId),
    origin: Type.Optional(serverFields.origin),
    shadowsGlobal: Type.Optional(serverFields.shadowsGlobal),
    createdAt: Type.Optional(serverFields.createdAt),
    createdBy: Type.Optional(serverFields.createdBy),
    updatedAt: Type.Optional(serverFields.updatedAt),
  },
  { additionalProperties: false, description: 'The whole definition of a tool.' },
);
export type ToolReplacement = Static<typeof ToolReplacement>;

/** A tool with every default filled in; what a version keeps. */
export const ToolDefinition = Type.Object({ ...required, ...byType, ...defaulted }, { additionalProperties: false, description: 'A complete definition.' });
export type ToolDefinition = Static<typeof ToolDefinition>;

/** A tool as the API answers it. */
export const Tool = Type.Object(
  { ...required, ...byType, ...defaulted, version: SemanticVersion, ...serverFields },
  { additionalProperties: false, description: 'A tool.' },
);
export type Tool = Static<typeof Tool>;

const VersionChange = Type.Enum(['breaking', 'compatible', 'metadata'], { description: 'breaking: callers may have to change.' });
export type VersionChange = Static<typeof VersionChange>;
export const DiffEntry = Type.Object(
  { pointer: Type.String(), change: VersionChange, from: Type.Optional(Type.Unknown()), to: Type.Optional(Type.Unknown()) },
  { additionalProperties: false, description: 'One difference to the version before.' },
);
export type DiffEntry = Static<typeof DiffEntry>;

/** An item of `GET /api/tools/{tool}/versions`; never changed once it exists. */
export const ToolVersion = Type.Object(
  {
    ...required,
    ...byType,
    ...defaulted,
    version: SemanticVersion,
    change: Type.Union([VersionChange, Type.Null()], { description: 'Null for the first.' }),
    diff: Type.Array(DiffEntry),
    createdAt: serverFields.createdAt,
    createdBy: serverFields.createdBy,
    current: Type.Boolean(),
  },
  { additionalProperties: false, description: 'An immutable version of a tool.' },
);
export type ToolVersion = Static<typeof ToolVersion>;

export const Rollback = Type.Object({ version: SemanticVersion }, { additionalProperties: false, description: 'Makes that version current.' });
export type Rollback = Static<typeof Rollback>;
export const Enablement = Type.Object({ enabled: Type.Boolean() }, { additionalProperties: false, description: 'For the caller’s tenant.' });
export type Enablement = Static<typeof Enablement>;

/** Fills in the defaults. The order of the members is fixed, so that equal definitions have equal text. */
export const completeTool = (body: ToolBody): ToolDefinition => ({
  name: body.name,
  description: body.description,
  category: body.category,
  type: body.type,
  inputSchema: body.inputSchema,
  ...(body.endpoint === undefined ? {} : { endpoint: body.endpoint }),
  ...(body.dummy === undefined && body.type !== 'dummy' ? {} : { dummy: body.dummy ?? {} }),
  ...(body.implementation === undefined ? {} : { implementation: body.implementation }),
  ...(body.mcp === undefined ? {} : { mcp: body.mcp }),
  scope: body.scope ?? 'tenant',
  outputSchema: body.outputSchema ?? null,
  auth: body.auth ?? { type: 'none' },
  enabled: body.enabled ?? true,
  isDangerous: body.isDangerous ?? false,
  requiresApproval: body.requiresApproval ?? false,
  approval: body.approval ?? { required: 1, expiresAfterMs: DAY_MS },
  idempotent: body.idempotent ?? false,
  timeoutMs: body.timeoutMs ?? 30_000,
  retry: body.retry ?? { maxAttempts: 3, backoffMs: 500 },
  tags: body.tags ?? [],
  exampleUsage: body.exampleUsage ?? null,
  examples: body.examples ?? [],
  deprecated: body.deprecated ?? null,
});
