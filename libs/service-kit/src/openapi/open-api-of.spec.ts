import { Controller, Get, Module, Param, Post, Query, type DynamicModule } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { Type } from 'typebox';
import { Permission, Public } from '../auth/permission.js';
import { CheckedBody } from '../http/checked-body.js';
import { PageQuery } from '../lists/page-query.js';
import { hoistSchemas } from './hoist-schemas.js';
import { openApiOf, type OpenApiDocument } from './open-api-of.js';
import { placeholderConfig } from './placeholder-config.js';

class ListThings extends PageQuery {
  @IsOptional()
  @IsIn(['on', 'off'], { each: true })
  readonly status?: readonly string[];
}
const Thing = Type.Object({ name: Type.String() }, { description: 'A thing.' });

@Controller('api/things')
class ThingsController {
  @Get()
  @Permission('tools:read', { summary: 'Things', answers: { 200: Type.Array(Thing) } })
  list(@Query() _query: ListThings): void {}

  @Post(':thing/runs')
  @Permission('executions:execute', { errors: ['TOOL_NOT_FOUND'] })
  run(@Param('thing') _thing: string, @CheckedBody(Thing) _body: unknown): void {}

  @Get('open')
  @Public({ answers: { 200: Type.String({ contentMediaType: 'text/markdown', description: 'A page.' }) } })
  open(): void {}
}

@Module({})
class ThingsModule {
  static with({ service }: { readonly service: { readonly name: string } }): DynamicModule {
    return { module: ThingsModule, controllers: [ThingsController], providers: [{ provide: 'name', useValue: service.name }] };
  }
}

describe('openApiOf', () => {
  let document: OpenApiDocument;
  beforeAll(async () => {
    document = await openApiOf(ThingsModule.with(placeholderConfig()));
  });
  const operation = (path: string, method: string) => document.paths[path]?.[method] as Record<string, unknown>;

  it('has every route with its permission, and makes no configuration necessary', () => {
    expect(Object.keys(document.paths)).toEqual(['/api/things', '/api/things/open', '/api/things/{thing}/runs']);
    expect(operation('/api/things', 'get')).toMatchObject({ summary: 'Things', 'x-permission': 'tools:read', operationId: 'Things_list' });
    expect(operation('/api/things/open', 'get')).toMatchObject({ 'x-permission': null, security: [], responses: { 200: { description: 'A page.', content: { 'text/markdown': { schema: { type: 'string' } } } } } });
  });

  it('describes queries from class-validator, bodies and answers from TypeBox', () => {
    expect(operation('/api/things', 'get')['parameters']).toEqual(
      expect.arrayContaining([
        { name: 'status', in: 'query', required: false, schema: { type: 'array', items: { enum: ['on', 'off'] } } },
        { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } },
      ]),
    );
    expect(operation('/api/things', 'get')).toMatchObject({ responses: { 200: { content: { 'application/json': { schema: { type: 'array' } } } } } });
    expect(operation('/api/things/{thing}/runs', 'post')).toMatchObject({
      parameters: [{ name: 'thing', in: 'path' }],
      requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['name'] }, example: { name: 'example' } } } },
    });
  });

  it('names the errors of a route by status, with an example each', () => {
    const { responses } = operation('/api/things/{thing}/runs', 'post') as { responses: Record<string, { description: string }> };
    expect(Object.keys(responses)).toEqual(['201', '400', '401', '403', '404', '413', '415', '422', '429', '500', '503']);
    expect(responses['404']?.description).toBe('NOT_FOUND, TOOL_NOT_FOUND');
    expect(document.components).toMatchObject({ examples: { TOOL_NOT_FOUND: { value: { status: 404, code: 'TOOL_NOT_FOUND' } } } });
  });

  it('says a schema that stands in several places once', () => {
    const Large = Type.Object({ name: Type.String({ description: 'x'.repeat(300) }) }, { description: 'A large thing.' });
    const { paths, schemas } = hoistSchemas(JSON.parse(JSON.stringify({ a: Large, b: { items: Large } })) as Record<string, unknown>);
    expect(paths).toEqual({ a: { $ref: '#/components/schemas/LargeThing' }, b: { items: { $ref: '#/components/schemas/LargeThing' } } });
    expect(schemas).toMatchObject({ LargeThing: { type: 'object', required: ['name'] } });
  });
});
