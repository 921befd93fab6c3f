import { CONTROL_CATEGORY } from './control-tools.js';
import { closed, defineImplementations } from './define-implementations.js';

const summary = { type: 'string', minLength: 1, maxLength: 8192, description: 'What came of it, in a few sentences.' };
const output = { type: 'object' };

/** Control tools: they steer the agent and have no effect outside it. The output is the input. */
export const controlImplementations = defineImplementations({
  task_success: {
    metadata: {
      title: 'Task succeeded',
      description: 'Ends the current task as done.',
      category: CONTROL_CATEGORY,
      usageNote: 'Call it once, when the current task is done and its result is known.',
    },
    inputSchema: closed({ summary, result: { description: 'The result, where the task has one.' } }, ['summary']),
    outputSchema: output,
  },
  task_error: {
    metadata: {
      title: 'Task failed',
      description: 'Ends the current task as failed, with the reason.',
      category: CONTROL_CATEGORY,
      usageNote: 'Call it when the current task cannot be done; say what was tried and what is missing.',
    },
    inputSchema: closed({ reason: { ...summary, description: 'Why it cannot be done.' }, retryable: { type: 'boolean', description: 'Whether trying again may help.' } }, ['reason']),
    outputSchema: output,
  },
  finish: {
    metadata: {
      title: 'Finish',
      description: 'Ends the whole run with the final answer.',
      category: CONTROL_CATEGORY,
      usageNote: 'Call it last, when every task has ended, with the answer for the person who asked.',
    },
    inputSchema: closed({ answer: { ...summary, maxLength: 65_536, description: 'The final answer.' } }, ['answer']),
    outputSchema: output,
  },
});
