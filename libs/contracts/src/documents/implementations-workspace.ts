import { closed, defineImplementations } from './define-implementations.js';

const path = { type: 'string', minLength: 1, maxLength: 4096, description: 'Path below the workspace of the tenant.' };
const line = { type: 'integer', minimum: 1 };
const truncated = { type: 'boolean', description: 'Whether the limit cut it short.' };
const timeoutMs = { type: 'integer', minimum: 1, maximum: 600_000, description: 'Ends it after this time.' };
const ended = closed({ exitCode: { type: ['integer', 'null'] }, stdout: { type: 'string' }, stderr: { type: 'string' }, truncated }, ['exitCode', 'stdout', 'stderr', 'truncated']);

/** What works on files of the tenant's workspace. Each is off until the operator's policy turns it on. */
export const workspaceImplementations = defineImplementations({
  read_file: {
    needs: { context: true },
    metadata: {
      title: 'Read a file',
      description: 'Reads a text file of the workspace, whole or some lines of it.',
      category: 'file',
      usageNote: 'Use it when you know which file holds what you need; search first where you do not.',
      isDangerous: true,
    },
    inputSchema: closed({ path, fromLine: { ...line, description: 'First line. Default 1.' }, lines: { type: 'integer', minimum: 1, maximum: 10_000, description: 'How many. Default 2000.' } }, ['path']),
    outputSchema: closed({ path: { type: 'string' }, content: { type: 'string' }, fromLine: line, totalLines: { type: 'integer', minimum: 0 }, truncated }, ['path', 'content', 'truncated']),
  },
  edit_file: {
    needs: { context: true },
    metadata: {
      title: 'Edit a file',
      description: 'Replaces one passage of a text file of the workspace, or makes the file.',
      category: 'file',
      usageNote: 'Read the file first; give a passage that occurs exactly once.',
      isDangerous: true,
      isReadOnly: false,
      isIdempotent: false,
    },
    inputSchema: closed(
      { path, find: { type: 'string', maxLength: 65_536, description: 'The passage as it stands; empty to make the file.' }, replace: { type: 'string', maxLength: 262_144, description: 'What takes its place.' } },
      ['path', 'find', 'replace'],
    ),
    outputSchema: closed({ path: { type: 'string' }, created: { type: 'boolean' }, bytes: { type: 'integer', minimum: 0 } }, ['path', 'created', 'bytes']),
  },
  list_files: {
    needs: { context: true },
    metadata: {
      title: 'List files',
      description: 'Lists a folder of the workspace.',
      category: 'file',
      usageNote: 'Use it to find your way in a workspace that you do not know.',
      isDangerous: true,
    },
    inputSchema: closed({ path: { ...path, description: 'Folder below the workspace. Default: the workspace itself.' }, depth: { type: 'integer', minimum: 1, maximum: 8, description: 'How deep. Default 1.' } }),
    outputSchema: closed({ entries: { type: 'array', items: closed({ path: { type: 'string' }, type: { enum: ['file', 'folder', 'other'] }, bytes: { type: 'integer' } }, ['path', 'type']) }, truncated }, ['entries', 'truncated']),
  },
  code_search: {
    needs: { context: true },
    metadata: {
      title: 'Search code',
      description: 'Searches the files of the workspace for a regular expression, with ripgrep.',
      category: 'code',
      usageNote: 'Use it to find where something is defined or used before you read files.',
      isDangerous: true,
    },
    inputSchema: closed(
      {
        pattern: { type: 'string', minLength: 1, maxLength: 1024, description: 'Regular expression, in ripgrep’s syntax.' },
        path: { ...path, description: 'Folder below the workspace. Default: all of it.' },
        glob: { type: 'string', maxLength: 255, description: 'Only files whose path fits, for instance *.ts.' },
        caseSensitive: { type: 'boolean', description: 'Default true.' },
        limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'Matches at most. Default 100.' },
      },
      ['pattern'],
    ),
    outputSchema: closed({ matches: { type: 'array', items: closed({ path: { type: 'string' }, line, text: { type: 'string' } }, ['path', 'line', 'text']) }, truncated }, ['matches', 'truncated']),
  },
  bash: {
    needs: { context: true },
    metadata: {
      title: 'Shell',
      description: 'Runs a shell command in the workspace, with a clean environment and without network.',
      category: 'system',
      usageNote: 'Use it where no other tool does what is needed; say in one command what you want.',
      isDangerous: true,
      isReadOnly: false,
      isIdempotent: false,
    },
    inputSchema: closed({ command: { type: 'string', minLength: 1, maxLength: 8192, description: 'The command line.' }, timeoutMs }, ['command']),
    outputSchema: ended,
  },
  git_status: {
    needs: { context: true },
    metadata: {
      title: 'Git status',
      description: 'Says which branch the workspace is on and which files changed.',
      category: 'version-control',
      usageNote: 'Use it before and after changing files.',
      isDangerous: true,
    },
    inputSchema: closed({ path: { ...path, description: 'The repository below the workspace. Default: the workspace itself.' } }),
    outputSchema: closed({ branch: { type: ['string', 'null'] }, files: { type: 'array', items: closed({ path: { type: 'string' }, status: { type: 'string' } }, ['path', 'status']) } }, ['branch', 'files']),
  },
  git_diff: {
    needs: { context: true },
    metadata: {
      title: 'Git diff',
      description: 'Shows what changed in the workspace, or between two commits of it.',
      category: 'version-control',
      usageNote: 'Use it to look at changes before judging them.',
      isDangerous: true,
    },
    inputSchema: closed({
      path: { ...path, description: 'Only below this path.' },
      from: { type: 'string', maxLength: 255, pattern: '^[A-Za-z0-9][A-Za-z0-9._/~^-]*$', description: 'Commit. Default: the last one.' },
      to: { type: 'string', maxLength: 255, pattern: '^[A-Za-z0-9][A-Za-z0-9._/~^-]*$', description: 'Commit. Default: the files as they lie there.' },
    }),
    outputSchema: closed({ diff: { type: 'string' }, truncated }, ['diff', 'truncated']),
  },
  git_log: {
    needs: { context: true },
    metadata: {
      title: 'Git log',
      description: 'Lists the last commits of the workspace.',
      category: 'version-control',
      usageNote: 'Use it to learn how something came to be.',
      isDangerous: true,
    },
    inputSchema: closed({ path: { ...path, description: 'Only commits that touch this path.' }, limit: { type: 'integer', minimum: 1, maximum: 200, description: 'How many. Default 20.' } }),
    outputSchema: closed({ commits: { type: 'array', items: closed({ id: { type: 'string' }, author: { type: 'string' }, at: { type: 'string' }, subject: { type: 'string' } }, ['id', 'author', 'at', 'subject']) } }, ['commits']),
  },
});
