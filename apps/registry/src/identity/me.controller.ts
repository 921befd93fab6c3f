import { Controller, Get } from '@nestjs/common';
import { Caller, Permission, permissionsOf, type PermissionName } from '@toolplane/service-kit';
import { Type, type Static } from 'typebox';

const Me = Type.Object(
  {
    tenantId: Type.String({ description: 'The tenant this request acts in.' }),
    principal: Type.Object({ type: Type.String(), id: Type.String() }),
    roles: Type.Array(Type.String()),
    permissions: Type.Array(Type.String(), { description: 'What the roles allow.' }),
    agent: Type.Union([Type.String(), Type.Null()], { description: 'The agent type a key of type agent always acts as.' }),
    mayActFor: Type.Boolean({ description: 'Whether requests may name an actor.' }),
  },
  { description: 'The caller.' },
);
type Me = Omit<Static<typeof Me>, 'permissions'> & { readonly permissions: readonly PermissionName[] };

@Controller('api/me')
export class MeController {
  @Get()
  @Permission('self:read', { summary: 'Who am I and what may I', answers: { 200: Me } })
  me(@Caller() { tenantId, principal, roles, agent, mayActFor }: Caller): Me {
    return { tenantId, principal, roles: [...roles], permissions: permissionsOf(roles), agent, mayActFor };
  }
}
