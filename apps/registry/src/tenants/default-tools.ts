import { CONTROL_TOOLS, toolOf, type ToolBody } from '@toolplane/contracts/documents';

/** What every tenant begins with. */
export const BASIC_TOOLS = ['semantic_search', 'episodic_search', 'calculator', 'finish'] as const;
export const BASIC_TOOLKIT = { name: 'basic_tools', description: 'What every agent can use: search what is known and what happened, calculate, finish.' } as const;

type Provider = 'builtin' | 'dummy';

/** A control tool does nothing but hand its input back: where no builtin worker runs, the dummy one can do that too. */
const controlTool = (key: (typeof CONTROL_TOOLS)[number], runs: (provider: Provider) => boolean): ToolBody => {
  const tool = toolOf(key);
  if (runs('builtin') || !runs('dummy')) return { ...tool, enabled: runs('builtin') };
  const { implementation: _implementation, ...rest } = tool;
  return { ...rest, type: 'dummy', dummy: {} };
};

/** The tools of a new tenant: what this deployment does not run is there and switched off. */
export const defaultTools = (runs: (provider: Provider) => boolean): readonly ToolBody[] => [
  ...(['semantic_search', 'episodic_search', 'calculator'] as const).map((key) => toolOf(key, { enabled: runs('builtin') })),
  ...CONTROL_TOOLS.map((key) => controlTool(key, runs)),
];
