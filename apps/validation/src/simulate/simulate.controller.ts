import { Controller, HttpCode, Post } from '@nestjs/common';
import { Caller, CheckedBody, Permission } from '@toolplane/service-kit';
import { ProjectionState } from '../projection/projection-state.js';
import { SimulationAnswer, SimulationBody } from './simulation.js';
import { Simulator } from './simulator.js';

@Controller('api/policies')
export class SimulateController {
  constructor(
    private readonly simulator: Simulator,
    private readonly state: ProjectionState,
  ) {}

  @Post('simulate')
  @HttpCode(200)
  @Permission('policies:simulate', {
    summary: 'Say which past decisions a change of policy would flip, and why, before it is made',
    answers: { 200: SimulationAnswer },
    errors: ['TOOL_NOT_FOUND', 'NOT_FOUND', 'DEFINITION_INVALID', 'NOT_READY', 'DEPENDENCY_DOWN'],
  })
  simulate(@Caller() caller: Caller, @CheckedBody(SimulationBody) body: SimulationBody): Promise<SimulationAnswer> {
    this.state.mustBeComplete();
    return this.simulator.run(caller, body);
  }
}
