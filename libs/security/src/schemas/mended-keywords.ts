import { _, Name, type Ajv, type CodeKeywordDefinition, type KeywordCxt } from 'ajv';
// Node finds no such name in the main entry, which exports it by a loop.
import { not } from 'ajv/dist/compile/codegen/index.js';
import { alwaysValidSchema, evaluatedPropsToName, Type } from 'ajv/dist/compile/util.js';

/**
 * Two keywords that Ajv answers wrongly where `unevaluatedItems` or `unevaluatedProperties` look at what others have seen. The official test
 * suite shows each: `test-suite.spec.ts`.
 */
export function mendKeywords(ajv: Ajv): void {
  for (const keyword of [ifThenElse, unevaluatedItems]) {
    ajv.removeKeyword(keyword.keyword as string);
    ajv.addKeyword(keyword);
  }
}

/** Ajv counts what `if` has seen although it failed, forgets it where `then` is missing, and looks at nothing where both are. */
const ifThenElse: CodeKeywordDefinition = {
  keyword: 'if',
  schemaType: ['object', 'boolean'],
  trackErrors: true,
  error: { message: ({ params }) => _`${'must match "'} + ${params['ifClause']} + ${'" schema'}` },
  code(cxt) {
    const { gen, it } = cxt;
    const has = { then: isThere(cxt, 'then'), else: isThere(cxt, 'else') };
    if (!has.then && !has.else && !it.opts.unevaluated) return;
    if (it.opts.unevaluated) trackAtRunTime(cxt);
    const valid = gen.let('valid', true);
    const matched = gen.name('_valid');
    const seen = cxt.subschema({ keyword: 'if', compositeRule: true, createErrors: false, allErrors: false }, matched);
    cxt.mergeValidEvaluated(seen, matched);
    cxt.reset();
    const clause = gen.let('ifClause');
    cxt.setParams({ ifClause: clause });
    const validate = (keyword: 'then' | 'else') => () => {
      const of = cxt.subschema({ keyword }, matched);
      gen.assign(valid, matched);
      cxt.mergeValidEvaluated(of, valid);
      gen.assign(clause, _`${keyword}`);
    };
    if (has.then && has.else) gen.if(matched, validate('then'), validate('else'));
    else if (has.then) gen.if(matched, validate('then'));
    else if (has.else) gen.if(not(matched), validate('else'));
    cxt.pass(valid, () => cxt.error(true));
  },
};

/** What was seen so far may be `true`, all of it, only at run time: Ajv then compares a length with `true`. */
const unevaluatedItems: CodeKeywordDefinition = {
  keyword: 'unevaluatedItems',
  type: 'array',
  schemaType: ['boolean', 'object'],
  error: { message: 'has an item that the schema does not speak of' },
  code(cxt) {
    const { gen, schema, data, it } = cxt;
    const items: unknown = it.items ?? 0;
    if (items === true) return;
    const length = gen.const('len', _`${data}.length`);
    const seen = items instanceof Name ? gen.const('seen', _`${items} === true ? ${length} : (${items} || 0)`) : _`${items as number}`;
    if (schema === false) cxt.fail(_`${length} > ${seen}`);
    else if (!alwaysValidSchema(it, schema as boolean)) {
      const valid = gen.var('valid', _`${length} <= ${seen}`);
      gen.if(not(valid), () =>
        gen.forRange('i', seen, length, (index) => {
          cxt.subschema({ keyword: 'unevaluatedItems', dataProp: index, dataPropType: Type.Num }, valid);
          gen.if(not(valid), () => gen.break());
        }));
      cxt.ok(valid);
    }
    it.items = true;
  },
};

const isThere = ({ it, parentSchema }: KeywordCxt, keyword: string): boolean => {
  const schema = (parentSchema as Readonly<Record<string, unknown>>)[keyword];
  return schema !== undefined && !alwaysValidSchema(it, schema as boolean);
};

/** From here on what was seen is a variable: a branch that is not taken must leave it as it was. */
function trackAtRunTime({ gen, it }: KeywordCxt): void {
  if (it.props !== true && !(it.props instanceof Name)) it.props = evaluatedPropsToName(gen, it.props);
  if (it.items !== true && !(it.items instanceof Name)) it.items = gen.var('items', it.items ?? 0);
}
