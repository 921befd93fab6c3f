/** Remembers which methods each path takes, for 405 and its `Allow`. */
export class KnownMethods {
  private readonly patterns: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** @param path as Fastify writes it: `:name` for a parameter. */
  add(methods: readonly string[], path: string): void {
    const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
    this.patterns.push({ methods, pattern: new RegExp(`^${parts.join('/')}$`) });
  }

  /** Empty where there is no such path. */
  of(url: string): readonly string[] {
    const [path = ''] = url.split('?', 1);
    return [...new Set(this.patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
  }
}
