import { Type, type Static } from 'typebox';
import type { FieldError } from '../errors/toolplane-error.js';
import { checkName, NAME_PATTERN } from './names.js';
import { SemanticVersion } from './tool.js';

const required = {
  name: Type.String({ pattern: NAME_PATTERN, description: 'Unique in its scope without regard to - and _. Never changes: requests, keys and events name agents by it.' }),
  displayName: Type.String({ minLength: 1, maxLength: 255, description: 'For people.' }),
  model: Type.String({ minLength: 1, maxLength: 255, description: 'Model that the agent’s own program calls.' }),
  systemPrompt: Type.String({ minLength: 1, maxLength: 65_536, description: 'What the model is told first.' }),
};
const MAX_TOKENS = 100_000_000;

/** With each field that is always there in a stored agent type; optional in a body, where the defaults of `completeAgent` fill it. */
const defaulted = {
  scope: Type.Enum(['global', 'tenant'], { description: 'Whose it is; global is for platform administrators. Default tenant.' }),
  description: Type.String({ maxLength: 8192, description: 'Default empty.' }),
  avatarUrl: Type.Union([Type.String({ minLength: 1, maxLength: 2048 }), Type.Null()], { description: 'https URL of an image, an emoji or the name of an icon. Default null.' }),
  avatarColor: Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'Default #6366f1.' }),
  personalityTraits: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 20, uniqueItems: true, description: 'Default none.' }),
  streamingEnabled: Type.Boolean({ description: 'Default true.' }),
  maxContextTokens: Type.Integer({ minimum: 1, maximum: MAX_TOKENS, description: 'What the model may read. Default 200000.' }),
  maxOutputTokens: Type.Union([Type.Integer({ minimum: 1, maximum: MAX_TOKENS }), Type.Null()], { description: 'What it may write; null: the model’s own limit. Default null.' }),
  temperature: Type.Number({ minimum: 0, maximum: 2, description: 'Default 0.7.' }),
  enabled: Type.Boolean({ description: 'Default true.' }),
  isDefault: Type.Boolean({ description: 'At most one in a scope; a new one takes the place of the former. Default false.' }),
};

/** Body of `POST /api/agents`: an agent type as its author writes it. */
export const AgentBody = Type.Object(
  {
    ...required,
    scope: Type.Optional(defaulted.scope),
    description: Type.Optional(defaulted.description),
    avatarUrl: Type.Optional(defaulted.avatarUrl),
    avatarColor: Type.Optional(defaulted.avatarColor),
    personalityTraits: Type.Optional(defaulted.personalityTraits),
    streamingEnabled: Type.Optional(defaulted.streamingEnabled),
    maxContextTokens: Type.Optional(defaulted.maxContextTokens),
    maxOutputTokens: Type.Optional(defaulted.maxOutputTokens),
    temperature: Type.Optional(defaulted.temperature),
    enabled: Type.Optional(defaulted.enabled),
    isDefault: Type.Optional(defaulted.isDefault),
    version: Type.Optional(SemanticVersion),
  },
  { additionalProperties: false, description: 'An agent type as its author defines it.' },
);
export type AgentBody = Static<typeof AgentBody>;

const Maker = Type.Object({ type: Type.String(), id: Type.String() }, { description: 'A principal.' });
/** What only the server writes, of agent types and toolkits alike. A `PUT` may send it back unchanged. */
export const ownedFields = {
  id: Type.String({ format: 'uuid' }),
  tenantId: Type.Union([Type.String(), Type.Null()], { description: 'Null for what is global.' }),
  origin: Type.Enum(['api', 'config'], { description: 'What came from configuration files is read-only over the API.' }),
  shadowsGlobal: Type.Boolean({ description: 'A tenant’s own that hides a global one of the same name.' }),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Type.Union([Maker, Type.Null()]),
  updatedAt: Type.String({ format: 'date-time' }),
};
export const optionalOwnedFields = {
  id: Type.Optional(ownedFields.id),
  tenantId: Type.Optional(ownedFields.tenantId),
  origin: Type.Optional(ownedFields.origin),
  shadowsGlobal: Type.Optional(ownedFields.shadowsGlobal),
  createdAt: Type.Optional(ownedFields.createdAt),
  createdBy: Type.Optional(ownedFields.createdBy),
  updatedAt: Type.Optional(ownedFields.updatedAt),
};
export const OWNED_FIELDS = Object.freeze(Object.keys(ownedFields) as (keyof typeof ownedFields)[]);

/** Body of `PUT /api/agents/{agent}`. */
export const AgentReplacement = Type.Object(
  { ...AgentBody.properties, ...optionalOwnedFields },
  { additionalProperties: false, description: 'The whole definition of an agent type.' },
);
export type AgentReplacement = Static<typeof AgentReplacement>;

/** An agent type with every default filled in. */
export const AgentDefinition = Type.Object({ ...required, ...defaulted }, { additionalProperties: false, description: 'A complete agent type.' });
export type AgentDefinition = Static<typeof AgentDefinition>;

/** An agent type as the API answers it. */
export const Agent = Type.Object(
  { ...required, ...defaulted, version: SemanticVersion, ...ownedFields },
  { additionalProperties: false, description: 'An agent type.' },
);
export type Agent = Static<typeof Agent>;

/** Fills in the defaults. */
export const completeAgent = (body: AgentBody): AgentDefinition => ({
  name: body.name,
  displayName: body.displayName,
  model: body.model,
  systemPrompt: body.systemPrompt,
  scope: body.scope ?? 'tenant',
  description: body.description ?? '',
  avatarUrl: body.avatarUrl ?? null,
  avatarColor: body.avatarColor ?? '#6366f1',
  personalityTraits: body.personalityTraits ?? [],
  streamingEnabled: body.streamingEnabled ?? true,
  maxContextTokens: body.maxContextTokens ?? 200_000,
  maxOutputTokens: body.maxOutputTokens ?? null,
  temperature: body.temperature ?? 0.7,
  enabled: body.enabled ?? true,
  isDefault: body.isDefault ?? false,
});

/** An emoji with its modifiers, or the name of an icon. */
const ICON = /^(?:[a-z0-9][a-z0-9_-]{0,63}|[^\p{ASCII}]{1,16})$/u;

const avatarFault = (avatar: string): string | null => {
  if (ICON.test(avatar)) return null;
  const isUrl = /^https:\/\/[\x21-\x7e]+$/.test(avatar) && URL.canParse(avatar) && !/["'<>\\`]/.test(avatar);
  return isUrl ? null : 'must be the https URL of an image, an emoji or the name of an icon';
};

/** What an agent type must hold beyond its schema. */
export const checkAgent = (agent: AgentBody): FieldError[] => {
  const fault = agent.avatarUrl == null ? null : avatarFault(agent.avatarUrl);
  const { maxContextTokens = 200_000, maxOutputTokens = null } = agent;
  return [
    ...checkName(agent.name),
    ...(fault ? [{ pointer: '/avatarUrl', detail: fault }] : []),
    ...(maxOutputTokens !== null && maxOutputTokens > maxContextTokens ? [{ pointer: '/maxOutputTokens', detail: 'is more than maxContextTokens' }] : []),
  ];
};
