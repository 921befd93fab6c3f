import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BANS, LAYERS, TEST_ONLY_ENTRIES } from './layers.mjs';

const SCOPE = '@toolplane/';
const TEST_FILE = /\.spec\.ts$|\/testing\//;

/** `libs/messaging` of `/somewhere/libs/messaging/src/x.ts`; null for what belongs to no project. */
export function projectOf(root, file) {
  const [folder, name] = path.relative(root, file).split(path.sep);
  return (folder === 'libs' || folder === 'apps') && name ? `${folder}/${name}` : null;
}

const exportsOf = new Map();
/** Entry points of a library as its package.json declares them: `.`, `./testing`, … */
function entryPoints(root, name) {
  if (!exportsOf.has(name)) {
    const manifest = path.join(root, 'libs', name, 'package.json');
    exportsOf.set(name, existsSync(manifest) ? Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).exports ?? {}) : null);
  }
  return exportsOf.get(name);
}

function judgeInternal(root, project, file, specifier) {
  const [name, ...rest] = specifier.slice(SCOPE.length).split('/');
  const entry = rest.join('/');
  const points = entryPoints(root, name);
  if (project === `libs/${name}`) return 'a project imports its own files by relative paths';
  const allowed = LAYERS[project];
  if (!allowed) return `${project} is missing in the layer table (.lint/layers.mjs)`;
  if (!allowed.includes(name) && !allowed.includes(`${name}/${entry}`)) {
    return `${project} may not import ${specifier}: it may import ${allowed.join(', ') || 'nothing of ours'}`;
  }
  if (points && !points.includes(entry ? `./${entry}` : '.')) return `${specifier} is no entry point of @toolplane/${name}`;
  if (TEST_ONLY_ENTRIES.includes(entry) && !TEST_FILE.test(file) && project !== 'apps/e2e')
    return `${specifier} is for specs and testing folders`;
  return null;
}

const matches = (name, specifier) =>
  name.endsWith('/') || name.endsWith(':') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`);

function judgeExternal(project, file, specifier, names) {
  for (const ban of BANS) {
    if (!ban.packages.some((name) => matches(name, specifier))) continue;
    if (ban.only ? !ban.only.includes(project) || TEST_FILE.test(file) : ban.projects.includes(project)) continue;
    if (ban.files?.test(file)) continue;
    if (ban.harmless && names?.every((name) => ban.harmless.includes(name))) continue;
    return `${specifier} may not be imported here: ${ban.why}`;
  }
  return null;
}

/** The import boundaries of .lint/layers.mjs, for every way to name a module. */
export const boundaries = {
  meta: { type: 'problem', schema: [], messages: { boundary: '{{reason}}' } },
  create(context) {
    const { cwd: root, filename: file } = context;
    const project = projectOf(root, file);
    if (!project) return {};
    /** `names`: the values that are imported, types left out; null where that cannot be told. */
    const judge = (source, names) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const specifier = source.value;
      let reason;
      if (specifier.startsWith('.')) {
        const leaves = projectOf(root, path.resolve(path.dirname(file), specifier)) !== project;
        reason = leaves ? `${specifier} leaves ${project}: import the package by its name` : null;
      } else {
        reason = specifier.startsWith(SCOPE)
          ? judgeInternal(root, project, file, specifier)
          : judgeExternal(project, file, specifier, names);
      }
      if (reason) context.report({ node: source, messageId: 'boundary', data: { reason } });
    };
    return {
      ImportDeclaration: (node) => judge(node.source, node.importKind === 'type' ? [] : valueNames(node.specifiers)),
      ExportNamedDeclaration: (node) => judge(node.source, null),
      ExportAllDeclaration: (node) => judge(node.source, null),
      ImportExpression: (node) => judge(node.source, null),
      TSImportType: (node) => judge(node.source ?? node.argument?.literal, []),
    };
  },
};

function valueNames(specifiers) {
  if (specifiers.length === 0 || specifiers.some(({ type }) => type !== 'ImportSpecifier')) return null;
  return specifiers.filter(({ importKind }) => importKind !== 'type').map(({ imported }) => imported.name);
}
