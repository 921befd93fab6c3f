import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { TOOL_FORMATS, type ToolFormat } from '@toolplane/contracts/documents';
import { Caller, Permission } from '@toolplane/service-kit';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { AgentLoader, type Loaded } from './agent-loader.js';

/** Which toolkits, repeated or with commas between. */
class PromptQuery {
  @IsOptional()
  @IsString({ each: true })
  @MaxLength(4096, { each: true })
  readonly toolkits?: readonly string[];
}
class ToolSetQuery extends PromptQuery {
  @IsOptional()
  @IsIn(TOOL_FORMATS)
  readonly format?: ToolFormat;
}

const ToolSet = Type.Object(
  {
    items: Type.Array(Type.Record(Type.String(), Type.Unknown()), { description: 'Tools in their order, as the format writes them; the control tools last.' }),
    names: Type.Record(Type.String(), Type.String(), { description: 'Name of each tool, by the name that was sent.' }),
    warnings: Type.Array(Type.Object({ tool: Type.String(), code: Type.String(), detail: Type.String() }), { description: 'What was changed so that the vendor takes it.' }),
  },
  { description: 'The tools that an agent type may use.' },
);

const Prompt = Type.String({ contentMediaType: 'text/markdown', description: 'What the model is told first.' });

/** What an agent asks for before it runs. */
@Controller('api/agents/:agent')
export class LoadingController {
  constructor(private readonly loader: AgentLoader) {}

  @Get('tools')
  @Permission('agents:read', {
    summary: 'The tools that an agent type may use, ready for a model',
    description: 'Enabled ones only, in their order; `toolkits` narrows the set. Control tools are always there. Answers carry an ETag.',
    answers: { 200: ToolSet, 304: null },
  })
  async tools(
    @Caller() { tenantId }: Caller,
    @Param('agent') agent: string,
    @Query() { toolkits, format = 'native' }: ToolSetQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    return answer(reply, await this.loader.load({ tenantId, agent, toolkits: listOf(toolkits), form: format }), known, 'application/json; charset=utf-8');
  }

  @Get('prompt')
  @Permission('agents:read', {
    summary: 'The system prompt of an agent type and its tools, as Markdown',
    description: 'Each tool with its note when to use it; the control tools are always there.',
    answers: { 200: Prompt, 304: null },
  })
  async prompt(
    @Caller() { tenantId }: Caller,
    @Param('agent') agent: string,
    @Query() { toolkits }: PromptQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    return answer(reply, await this.loader.load({ tenantId, agent, toolkits: listOf(toolkits), form: 'prompt' }), known, 'text/markdown; charset=utf-8');
  }
}

/** Undefined where no toolkit is named at all: then the set is not narrowed. */
const listOf = (given: readonly string[] | undefined): readonly string[] | undefined => {
  const names = given?.flatMap((text) => text.split(',')).filter((name) => name !== '');
  return names?.length ? names : undefined;
};

const answer = (reply: FastifyReply, { body, etag }: Loaded, known: string | undefined, type: string): FastifyReply => {
  void reply.header('etag', etag);
  const same = known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
  return same ? reply.code(304).send() : reply.type(type).send(body);
};
