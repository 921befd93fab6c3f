/**
 * Stands for a configuration where only the wiring is of interest: every property of it is again such a thing. Modules hand their
 * configuration on and do not look at it before they are started.
 */
export const placeholderConfig = <Config>(): Config => placeholder as Config;

const placeholder: unknown = new Proxy(() => undefined, {
  get: (_, key) => {
    if (key === 'then') return undefined;
    if (key === Symbol.toPrimitive) return () => '';
    if (key === Symbol.iterator) return () => [][Symbol.iterator]();
    return placeholder;
  },
  apply: () => placeholder,
});
