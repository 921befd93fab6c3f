import { checkAgent, completeAssignment, toolOf } from '@toolplane/contracts/documents';
import { assignmentFaults, definitionFaults } from '@toolplane/security/schemas';
import { demoAgents } from './agents.js';
import { demoTools } from './index.js';

describe('the demonstration', () => {
  const tools = demoTools('http://127.0.0.1:9999');
  /** What a tenant begins with anyway. */
  const given = (['calculator', 'semantic_search', 'episodic_search'] as const).map((key) => toolOf(key));

  it.each(tools.map((tool) => [tool.name, tool] as const))('has a tool that is right: %s', (_name, tool) => {
    expect(definitionFaults(tool)).toEqual([]);
  });

  it.each(demoAgents.map((one) => [one.agent.name, one] as const))('has an agent type whose tools are there and fit: %s', (_name, { agent, tools: assigned }) => {
    expect(checkAgent(agent)).toEqual([]);
    for (const [name, terms] of Object.entries(assigned)) {
      const tool = [...tools, ...given].find((one) => one.name === name);
      expect({ name, faults: tool ? assignmentFaults(completeAssignment(terms), tool) : 'is not there' }).toEqual({ name, faults: [] });
    }
  });

  it('asks for an approval before what is dangerous, whoever uses it', () => {
    const dangerous = tools.filter(({ isDangerous }) => isDangerous);
    expect(dangerous.map(({ name, requiresApproval }) => [name, requiresApproval])).toEqual([['read_file', true], ['bash', true], ['delete_everything', true]]);
    for (const { tools: assigned } of demoAgents) for (const { name } of dangerous) expect(assigned[name]?.requiresApproval).not.toBe(false);
  });
});
