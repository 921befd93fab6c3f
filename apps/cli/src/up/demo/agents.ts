import type { AgentBody, AssignmentBody } from '@toolplane/contracts/documents';

export interface DemoAgent {
  readonly agent: AgentBody;
  /** What it may do, by tool. */
  readonly tools: Readonly<Record<string, AssignmentBody>>;
}

const MODEL = 'claude-sonnet-4-5';

const brainstorm: DemoAgent = {
  agent: {
    name: 'brainstorm',
    displayName: 'Brainstorm',
    description: 'Thinks aloud and wide, and looks things up when an idea needs a fact.',
    avatarUrl: '💡',
    avatarColor: '#f59e0b',
    personalityTraits: ['curious', 'playful', 'optimistic'],
    model: MODEL,
    systemPrompt: 'You collect ideas. Offer many, build on each other’s, and judge none before there are ten.',
    temperature: 0.9,
    isDefault: true,
  },
  tools: { web_search: { orderIndex: 0, usageLimit: 20 }, semantic_search: { orderIndex: 1 }, episodic_search: { orderIndex: 2 }, echo: { orderIndex: 3 } },
};

const analysis: DemoAgent = {
  agent: {
    name: 'analysis',
    displayName: 'Analysis',
    description: 'Takes a question apart, calculates, and says how sure it is.',
    avatarUrl: '📊',
    avatarColor: '#0ea5e9',
    personalityTraits: ['precise', 'sceptical', 'thorough'],
    model: MODEL,
    systemPrompt: 'You analyse. State what is known, calculate what can be calculated, and name what is missing.',
    temperature: 0.2,
    maxOutputTokens: 16_000,
  },
  tools: {
    calculator: { orderIndex: 0 },
    web_search: { orderIndex: 1, parameterDefaults: { limit: 10 } },
    semantic_search: { orderIndex: 2 },
    read_file: { orderIndex: 3, deniedParameters: { path: ['/etc', '/root'] } },
    echo: { orderIndex: 4 },
  },
};

const codeReviewer: DemoAgent = {
  agent: {
    name: 'code_reviewer',
    displayName: 'Code reviewer',
    description: 'Reads changes, runs what checks them, and says what it would not merge.',
    avatarUrl: '🔍',
    avatarColor: '#6366f1',
    personalityTraits: ['strict', 'friendly'],
    model: MODEL,
    systemPrompt: 'You review code. Read before you judge, quote the line you mean, and propose the change you want.',
    temperature: 0.3,
  },
  tools: {
    web_search: { orderIndex: 0, requiresApproval: false, usageLimit: -1 },
    bash: { orderIndex: 1, requiresApproval: true, deniedParameters: { command: ['rm -rf', 'sudo'] } },
    read_file: { orderIndex: 2 },
  },
};

export const demoAgents: readonly DemoAgent[] = [brainstorm, analysis, codeReviewer];
